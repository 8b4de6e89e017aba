import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVault } from '../../src/app/vault.ts'
import { Secret } from '../../src/env.ts'

const vaultOf = (...keys: string[]) =>
  createVault({ secrets: { current: () => keys.map((key) => new Secret(key)) }, random: randomBytes })

describe('the vault', () => {
  it('opens what it sealed, and shows nothing of it', () => {
    const sealed = vaultOf('one').seal('the secret', 'a hook')
    expect(sealed).not.toContain(Buffer.from('the secret').toString('base64url').slice(2, 8))
    expect(vaultOf('one').open(sealed, 'a hook')?.secret.reveal()).toBe('the secret')
  })

  it('opens nothing for another place, under another key, or that was altered', () => {
    const sealed = vaultOf('one').seal('the secret', 'a hook')
    const altered = `${sealed.startsWith('A') ? 'B' : 'A'}${sealed.slice(1)}`
    expect(vaultOf('one').open(sealed, 'another hook')).toBeUndefined()
    expect(vaultOf('two').open(sealed, 'a hook')).toBeUndefined()
    expect(vaultOf('one').open(altered, 'a hook')).toBeUndefined()
    expect(vaultOf('one').open('', 'a hook')).toBeUndefined()
  })

  it('says what was sealed under the key that is on its way out', () => {
    const sealed = vaultOf('old').seal('the secret', 'a hook')
    expect(vaultOf('new', 'old').open(sealed, 'a hook')).toMatchObject({ old: true })
    const again = vaultOf('new', 'old').seal('the secret', 'a hook')
    expect(vaultOf('new').open(again, 'a hook')).toMatchObject({ old: false })
  })
})
