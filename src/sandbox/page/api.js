// Mattermost's REST v4 on the page's own origin, for one person's token.

/** What the server refused, in its own words. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status HTTP status; 0 when the server could not be reached
   */
  constructor(message, status) {
    super(message)
    this.status = status
  }
}

/**
 * @param {string} token
 * @returns an object of `get`, `post`, `put`, `del` (parsed answers) and `blob`; all reject with ApiError
 */
export function createApi(token) {
  /**
   * @param {string} method
   * @param {string} path from the origin's root
   * @param {unknown} [body]
   */
  async function request(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${token}` }
    if (body !== undefined) headers['Content-Type'] = 'application/json'
    const response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'omit',
    }).catch((cause) => {
      throw new ApiError(String(cause instanceof Error ? cause.message : cause), 0)
    })
    if (!response.ok) throw new ApiError(await reasonOf(response), response.status)
    return response
  }
  /** @param {string} method @returns {(path: string, body?: unknown) => Promise<any>} */
  const json = (method) => async (path, body) => {
    const text = await (await request(method, path, body)).text()
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    token,
    get: json('GET'),
    post: json('POST'),
    put: json('PUT'),
    del: json('DELETE'),
    /** @param {string} path @returns {Promise<Blob>} */
    blob: async (path) => (await request('GET', path)).blob(),
  }
}

/** @typedef {ReturnType<typeof createApi>} Api */

/** @param {Response} response */
async function reasonOf(response) {
  const text = await response.text()
  try {
    const { message, detail } = JSON.parse(text)
    return String(message || detail || response.statusText)
  } catch {
    return response.statusText || String(response.status) // not JSON: a proxy's page says less than the status
  }
}
