// Moments as programs write them (ISO 8601, RFC 3339), read strictly: a day that no month has is none.

/** Milliseconds since 1970; without an offset as a clock on a wall of `timeZone` shows it. Nothing for what is no date and time. */
export function readMoment(text: string, timeZone: string): number | undefined {
  try {
    if (/T.*(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(text)) return Temporal.Instant.from(text).epochMilliseconds
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds
  } catch {
    // No moment: whoever asks says so.
    return undefined
  }
}
