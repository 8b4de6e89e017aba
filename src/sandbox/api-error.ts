// Refusals as Mattermost words them: an HTTP status and an error id that clients compare with (server/public/model/utils.go, AppError).

/** A refusal that the HTTP layer answers with; `id` is the server's own error id, e.g. `api.context.permissions.app_error`. */
export class ApiError extends Error {
  readonly id: string
  readonly status: number
  readonly detail: string

  constructor(id: string, status: number, detail = '') {
    super(`${sentences[id] ?? id}`)
    this.name = 'ApiError'
    this.id = id
    this.status = status
    this.detail = detail
  }
}

/** 403: the session may not do this. */
export const forbidden = (): ApiError => new ApiError('api.context.permissions.app_error', 403)
/** 401: no session, or one that has ended. */
export const signedOut = (): ApiError => new ApiError('api.context.session_expired.app_error', 401)
/** 400: a field of the body is missing or has the wrong type. */
export const badBody = (name: string): ApiError => new ApiError('api.context.invalid_body_param.app_error', 400, name)
/** 400: a part of the address is not what it should be. */
export const badUrl = (name: string): ApiError => new ApiError('api.context.invalid_url_param.app_error', 400, name)

// Only what a person meets in the web page has a sentence; every other refusal shows its id.
const sentences: Record<string, string> = {
  'api.context.permissions.app_error': 'You do not have the appropriate permissions.',
  'api.context.session_expired.app_error': 'Invalid or expired session, please login again.',
  'api.context.invalid_body_param.app_error': 'Invalid or missing parameter in request body.',
  'api.context.invalid_url_param.app_error': 'Invalid or missing parameter in request URL.',
  'api.context.404.app_error': 'Sorry, we could not find the page.',
  'api.context.request_body_too_large.app_error': 'Request body is too large.',
  'api.command.execute_command.not_found.app_error':
    'Command with that trigger was not found. To send it as a message, start it with a space.',
  'api.command.execute_command.failed.app_error': 'The command failed: its service did not answer as it should.',
  'api.command.execute_command.failed_resp.app_error': 'The command failed: its service answered with an error.',
  'api.command.duplicate_trigger.app_error': 'This trigger word is already in use. Please choose another word.',
  'api.post.do_action.action_integration.app_error': 'Action integration error.',
  'api.post.create_post.can_not_post_to_deleted.error': 'Can not post to deleted channel.',
  'api.user.login.invalid_credentials_email_username': 'Enter a valid email or username and/or password.',
}
