// Numbers as the service keeps them: decimals of up to 38 digits, as text, in one canonical form (plain notation, no
// needless zero, no "-0"). Law 7: no number loses a digit, so arithmetic is exact or refused.

import type { NumberText } from './attribute-value.ts'
import { MAX_NUMBER_DIGITS, MAX_NUMBER_EXPONENT, MIN_NUMBER_EXPONENT } from './limits.ts'
import { validationException } from './service-exception.ts'

/** ±0.digits × 10^point. */
export interface Decimal {
  readonly negative: boolean
  readonly digits: string
  readonly point: number
}

const NOT_NUMERIC = 'The parameter cannot be converted to a numeric value'
const TOO_PRECISE = `Attempting to store more than ${MAX_NUMBER_DIGITS} significant digits in a Number`
const OVERFLOW = 'Number overflow. Attempting to store a number with magnitude larger than supported range'
const UNDERFLOW = 'Number underflow. Attempting to store a number with magnitude smaller than supported range'

/** Sign, digits, digits after the point, power of ten. */
const NUMBER_SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,37})$/
/** Java's BigDecimal, which the service parses with, refuses powers of ten beyond a 32-bit integer, even of zero. */
const MAX_WRITTEN_EXPONENT = 2_147_483_647
/** Text no longer than this, without a point, may be a safe integer. */
const SAFE_INTEGER_CHARS = 17

/**
 * The canonical text of a number.
 *
 * @param text digits with an optional sign, point and power of ten, no spaces
 * @throws ServiceException ValidationException when it is no number, has more than 38 significant digits, or its
 *   magnitude is not zero and not from 1E-130 to 9.99…E+125
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function canonicalNumber(text: string): NumberText {
  if (CANONICAL_INTEGER.test(text)) return text
  const decimal = parseDecimal(text)
  if (decimal === undefined) throw validationException(text === '' ? NOT_NUMERIC : `${NOT_NUMERIC}: ${text}`)
  checkMagnitude(decimal)
  if (decimal.digits.length > MAX_NUMBER_DIGITS) throw validationException(TOO_PRECISE)
  return plainText(decimal)
}

/** Negative when `a` is less than `b`, positive when it is greater, 0 when they are equal. Both are canonical. */
export function compareNumbers(a: NumberText, b: NumberText): number {
  if (a === b) return 0
  // Rounding to a double keeps the order; only numbers that round to the same double need their digits compared.
  const difference = Number(a) - Number(b)
  if (difference !== 0) return difference
  const negative = a.startsWith('-')
  return (negative ? -1 : 1) * compareMagnitudes(negative ? a.slice(1) : a, negative ? b.slice(1) : b)
}

/**
 * The exact sum of two canonical numbers.
 *
 * @throws ServiceException ValidationException when the sum needs more than 38 digits or is out of range
 */
export function addNumbers(a: NumberText, b: NumberText): NumberText {
  const [x, y] = [safeInteger(a), safeInteger(b)]
  if (x !== undefined && y !== undefined && Number.isSafeInteger(x + y)) return String(x + y)
  return exactSum(parseCanonical(a), parseCanonical(b))
}

/**
 * The exact difference `a - b` of two canonical numbers.
 *
 * @throws ServiceException ValidationException when the difference needs more than 38 digits or is out of range
 */
export function subtractNumbers(a: NumberText, b: NumberText): NumberText {
  const [x, y] = [safeInteger(a), safeInteger(b)]
  if (x !== undefined && y !== undefined && Number.isSafeInteger(x - y)) return String(x - y)
  const subtrahend = parseCanonical(b)
  return exactSum(parseCanonical(a), { ...subtrahend, negative: !subtrahend.negative })
}

/**
 * The canonical text of a decimal.
 *
 * @param decimal within the service's range; its digits may have zeros at both ends
 */
export function decimalText(decimal: Decimal): NumberText {
  return plainText(trimZeros(decimal))
}

/**
 * What a canonical number counts in an item's size: one byte, one for each pair of digits (pairs counted from the
 * decimal point, empty pairs at either end left out), and one for a minus sign. The developer guide says "about 1 byte
 * per two significant digits, plus 1"; this is what the 400 KB limit measures to the byte, in DynamoDB Local and in
 * the service.
 */
export function numberSizeBytes(number: NumberText): number {
  if (number === '0') return 1
  const start = number.startsWith('-') ? 1 : 0
  const pointAt = number.indexOf('.')
  if (pointAt === -1) {
    let end = number.length
    while (number.charCodeAt(end - 1) === ZERO) end--
    const zeroPairs = (number.length - end) >> 1
    return 1 + start + ((number.length - start + 1) >> 1) - zeroPairs
  }
  const fractionPairs = (number.length - pointAt) >> 1
  if (number.charCodeAt(start) !== ZERO) return 1 + start + ((pointAt - start + 1) >> 1) + fractionPairs
  let firstDigitAt = pointAt + 1
  while (number.charCodeAt(firstDigitAt) === ZERO) firstDigitAt++
  return 1 + start + fractionPairs - ((firstDigitAt - pointAt - 1) >> 1)
}

const ZERO = 48

function safeInteger(number: NumberText): number | undefined {
  if (number.length > SAFE_INTEGER_CHARS || number.includes('.')) return undefined
  const value = Number(number)
  return Number.isSafeInteger(value) ? value : undefined
}

function parseDecimal(text: string): Decimal | undefined {
  const match = NUMBER_SYNTAX.exec(text)
  if (match === null) return undefined
  const whole = match[2] as string
  const fraction = match[3] ?? ''
  const exponent = Number(match[4] ?? 0)
  const written = whole + fraction
  if (written === '' || Math.abs(exponent) > MAX_WRITTEN_EXPONENT) return undefined
  return trimZeros({ negative: match[1] === '-', digits: written, point: whole.length + exponent })
}

function parseCanonical(number: NumberText): Decimal {
  const decimal = parseDecimal(number)
  if (decimal === undefined) throw validationException(`${NOT_NUMERIC}: ${number}`)
  return decimal
}

/** The same value without zeros at the ends of its digits; zero has none and no sign. */
function trimZeros({ negative, digits, point }: Decimal): Decimal {
  let start = 0
  while (digits.charCodeAt(start) === ZERO) start++
  if (start === digits.length) return { negative: false, digits: '', point: 0 }
  let end = digits.length
  while (digits.charCodeAt(end - 1) === ZERO) end--
  return { negative, digits: digits.slice(start, end), point: point - start }
}

function checkMagnitude({ digits, point }: Decimal): void {
  if (digits === '') return
  if (point - 1 > MAX_NUMBER_EXPONENT) throw validationException(OVERFLOW)
  if (point - 1 < MIN_NUMBER_EXPONENT) throw validationException(UNDERFLOW)
}

function plainText({ negative, digits, point }: Decimal): NumberText {
  if (digits === '') return '0'
  const sign = negative ? '-' : ''
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

function exactSum(a: Decimal, b: Decimal): NumberText {
  const unit = Math.min(a.point - a.digits.length, b.point - b.digits.length)
  const sum = inUnits(a, unit) + inUnits(b, unit)
  const negative = sum < 0n
  const digits = String(negative ? -sum : sum)
  const result = trimZeros({ negative, digits, point: digits.length + unit })
  checkMagnitude(result)
  // The service reports a sum that needs too many digits as an overflow.
  if (result.digits.length > MAX_NUMBER_DIGITS) throw validationException(OVERFLOW)
  return plainText(result)
}

/** The number as a multiple of 10^unit. */
function inUnits({ negative, digits, point }: Decimal, unit: number): bigint {
  const scaled = BigInt(digits) * 10n ** BigInt(point - digits.length - unit)
  return negative ? -scaled : scaled
}

/** Compares canonical numbers without their signs. */
function compareMagnitudes(a: string, b: string): number {
  const difference = wholeDigits(a) - wholeDigits(b)
  if (difference !== 0) return difference
  return a < b ? -1 : 1
}

function wholeDigits(magnitude: string): number {
  const pointAt = magnitude.indexOf('.')
  return pointAt === -1 ? magnitude.length : pointAt
}
