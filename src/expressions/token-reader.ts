// The parsers' view of the text: the next token, and the refusal of one that does not fit.

import { MAX_EXPRESSION_DEPTH } from '../model/limits.ts'
import { type ExpressionParameter, expressionException, TOO_MANY_OPERATORS } from './expression-exception.ts'
import { type Token, type TokenKind, tokenize } from './tokenize.ts'

/** Reads the tokens of one expression. */
export class TokenReader {
  readonly #parameter: ExpressionParameter
  readonly #text: string
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0
  #isUndecided = false
  #hasRedundantParentheses = false

  constructor(parameter: ExpressionParameter, text: string) {
    this.#parameter = parameter
    this.#text = text
    this.#tokens = tokenize(text)
  }

  /** The kind of the next token. */
  get kind(): TokenKind {
    return this.#at(this.#index).kind
  }

  /** The kind of the token behind the next one. */
  get kindAfter(): TokenKind {
    return this.#at(this.#index + 1).kind
  }

  /** Takes the next token, whatever it is. */
  take(): Token {
    const token = this.#at(this.#index)
    this.#index++
    return token
  }

  /** Takes the next token if it is of this kind. */
  takeIf(kind: TokenKind): boolean {
    if (this.kind !== kind) return false
    this.#index++
    return true
  }

  /**
   * Takes the next token, which has to be of this kind.
   *
   * @throws ServiceException ValidationException when it is not
   */
  expect(kind: TokenKind): Token {
    if (this.kind !== kind) this.refuse()
    return this.take()
  }

  /**
   * Refuses the next token. The message shows it with the token before and the one behind it.
   *
   * @throws ServiceException ValidationException, always
   */
  refuse(): never {
    const token = this.#at(this.#index)
    const start = this.#index === 0 ? 0 : this.#at(this.#index - 1).start
    const near = this.#text.slice(start, this.#at(this.#index + 1).end)
    throw expressionException(this.#parameter, `Syntax error; token: "${token.text}", near: "${near}"`)
  }

  /**
   * Runs one level of parsing inside the present one.
   *
   * @throws ServiceException ValidationException when there are so many levels that the expression must have more
   *   operators than it may
   */
  nested<Syntax>(parse: () => Syntax): Syntax {
    if (this.#depth === MAX_EXPRESSION_DEPTH) throw expressionException(this.#parameter, TOO_MANY_OPERATORS)
    this.#depth++
    const syntax = parse()
    this.#depth--
    return syntax
  }

  /**
   * Says that what comes next can be read in two ways, and only what stands behind it will tell: until then an error of
   * syntax is reported rather than redundant parentheses.
   */
  undecided(): void {
    this.#isUndecided = true
  }

  /**
   * Says that it is clear now how to read what came last.
   *
   * @throws ServiceException ValidationException when there were redundant parentheses in it
   */
  decided(): void {
    this.#isUndecided = false
    if (this.#hasRedundantParentheses) {
      throw expressionException(this.#parameter, 'The expression has redundant parentheses;')
    }
  }

  /**
   * Refuses parentheses that stand directly inside parentheses, at once or when it is clear how to read them.
   *
   * @throws ServiceException ValidationException
   */
  refuseRedundantParentheses(): void {
    this.#hasRedundantParentheses = true
    if (!this.#isUndecided) this.decided()
  }

  /**
   * To be called when all is parsed: nothing may be left.
   *
   * @throws ServiceException ValidationException
   */
  finish(): void {
    if (this.kind !== 'end') this.refuse()
  }

  #at(index: number): Token {
    return this.#tokens[Math.min(index, this.#tokens.length - 1)] as Token
  }
}
