// A dialog as Mattermost takes it (mattermost.md §1, "Dialogs"): what is longer than its limits would not open, and only a log would say so.

import type { DialogField, DialogSpec } from '../commands/command.ts'
import { shorten } from '../text/rich.ts'

export interface DialogForm {
  readonly callback_id: string
  readonly title: string
  readonly introduction_text: string
  readonly submit_label: string
  readonly state: string
  readonly elements: readonly object[]
}

/** `state` is its seal: the only part of a submission that proves where it comes from. */
export function dialogForm(spec: DialogSpec, state: string): DialogForm {
  return {
    callback_id: 'vigie',
    title: shorten(spec.title, 24),
    introduction_text: spec.introduction ?? '',
    submit_label: shorten(spec.submit, 24),
    state,
    elements: spec.fields.map(element),
  }
}

function element({ name, label, help, kind, optional, value, options }: DialogField): object {
  return {
    name,
    display_name: shorten(label, 24),
    help_text: shorten(help ?? '', 150),
    ...(kind === 'password' ? { type: 'text', subtype: 'password', max_length: 3000 } : { type: kind }),
    optional: optional || kind === 'bool',
    default: value ?? '',
    ...(kind === 'text' ? { max_length: 150 } : {}),
    ...(kind === 'textarea' ? { max_length: 3000 } : {}),
    ...(kind === 'bool' ? { placeholder: shorten(label, 150) } : {}),
    ...(options === undefined ? {} : { options }),
  }
}
