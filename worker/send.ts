// How the worker's own operations call the engine.

import type { Engine } from '../src/engine/engine.ts'
import type { OperationName, OperationTypes } from '../src/model/operations.ts'

/** Runs an operation with attribute values. */
export type Send = <Name extends OperationName>(
  operation: Name,
  input: OperationTypes[Name]['input'],
) => Promise<OperationTypes[Name]['output']>

/** Operations of this engine, typed. */
export function sendTo(engine: Engine): Send {
  return async <Name extends OperationName>(operation: Name, input: OperationTypes[Name]['input']) =>
    (await engine.dispatch(operation, input)) as OperationTypes[Name]['output']
}
