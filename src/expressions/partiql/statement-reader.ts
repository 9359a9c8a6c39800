// The parser's view of a statement: the next token, and the refusal of one that does not fit.

import { MAX_STATEMENT_DEPTH } from '../../model/limits.ts'
import { malformedStatement } from './statement-exception.ts'
import type { Place } from './statement-syntax.ts'
import { type StatementToken, tokenizeStatement } from './tokenize-statement.ts'

/** Reads the tokens of one statement. */
export class StatementReader {
  readonly #text: string
  readonly #tokens: readonly StatementToken[]
  #index = 0
  #depth = 0
  #parameterCount = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenizeStatement(text)
  }

  /** The next token. */
  get next(): StatementToken {
    return this.#at(this.#index)
  }

  /** The next token as a keyword or a sign; empty when it is neither. */
  get symbol(): string {
    const { kind, text } = this.next
    return kind === 'keyword' || kind === 'sign' ? text : ''
  }

  /** Takes the next token, whatever it is. */
  take(): StatementToken {
    const token = this.next
    this.#index++
    return token
  }

  /** Whether the next token is this keyword or sign. */
  sees(text: string): boolean {
    return this.symbol === text
  }

  /** Whether the token behind the next one is this sign. */
  seesBehind(text: string): boolean {
    const behind = this.#at(this.#index + 1)
    return behind.kind === 'sign' && behind.text === text
  }

  /** Takes the next token if it is this keyword or sign. */
  takeIf(text: string): boolean {
    const isNext = this.symbol === text
    if (isNext) this.#index++
    return isNext
  }

  /**
   * Takes the next token, which has to be this keyword or sign.
   *
   * @throws ServiceException ValidationException when it is not
   */
  expect(text: string): Place {
    if (this.symbol !== text) this.refuse()
    return this.take().place
  }

  /** The number of the `?` that was taken last among those of the statement, from 0. */
  countParameter(): number {
    return this.#parameterCount++
  }

  /**
   * Runs one level of parsing inside the present one.
   *
   * @throws ServiceException ValidationException when there are more levels than any statement needs
   */
  nested<Syntax>(parse: () => Syntax): Syntax {
    if (this.#depth === MAX_STATEMENT_DEPTH) this.refuse()
    this.#depth++
    const syntax = parse()
    this.#depth--
    return syntax
  }

  /**
   * Refuses the statement. DynamoDB Local shows the statement, the service a detail of its own parser.
   *
   * @throws ServiceException ValidationException, always
   */
  refuse(): never {
    throw malformedStatement(this.#text)
  }

  /**
   * To be called when all is parsed: nothing but a semicolon may be left.
   *
   * @throws ServiceException ValidationException
   */
  finish(): void {
    this.takeIf(';')
    if (this.next.kind !== 'end') this.refuse()
  }

  #at(index: number): StatementToken {
    return this.#tokens[Math.min(index, this.#tokens.length - 1)] as StatementToken
  }
}
