// Numbers, times and positions in words. English, as the page is.

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region' })
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' })
const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
const BYTES_PER_UNIT = 1_000
const MINUTES_PER_DEGREE = 60

/** `171,075` */
export function formatCount(count: number): string {
  return WHOLE.format(count)
}

/** `1 city`, `25 cities`. */
export function formatCities(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'city' : 'cities'}`
}

/** A duration: tenths below 100 ms, whole milliseconds below a second, then seconds. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 100) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1_000) return `${milliseconds.toFixed(0)} ms`
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

/** Bytes in decimal units: `21.4 MB`. */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes
  let unit = 0
  while (value >= BYTES_PER_UNIT && unit < BYTE_UNITS.length - 1) {
    value /= BYTES_PER_UNIT
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${BYTE_UNITS[unit]}`
}

/** `14:03:27` */
export function formatClock(time: Date): string {
  return CLOCK.format(time)
}

/** `23 November 2026 at 14:03` */
export function formatDay(time: Date): string {
  return DAY.format(time)
}

/** The English name of an ISO 3166 code. */
export function countryName(code: string): string {
  return COUNTRY_NAMES.of(code) ?? code
}

/** A position as navigators write it, in degrees and minutes: `48°51.2′ N`. `hemispheres` holds the signs `+` and `-`. */
export function formatAngle(
  degrees: number | undefined,
  hemispheres: readonly [positive: string, negative: string],
): string {
  if (degrees === undefined) return '–'
  const tenths = Math.round(Math.abs(degrees) * MINUTES_PER_DEGREE * 10)
  const whole = Math.floor(tenths / (MINUTES_PER_DEGREE * 10))
  const minutes = (tenths / 10 - whole * MINUTES_PER_DEGREE).toFixed(1).padStart(4, '0')
  return `${whole}°${minutes}′ ${degrees < 0 ? hemispheres[1] : hemispheres[0]}`
}
