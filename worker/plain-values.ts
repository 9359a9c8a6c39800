// The page packs expression values as it packs items, so that it carries one packer only; the API has them plain.

import { PackedItem } from '../src/model/packed-item.ts'

/** An input whose expression values are packed, as the API has it; the same input when there are none. */
export function withPlainValues(input: unknown): unknown {
  const { TransactItems: actions } = input as { readonly TransactItems?: readonly object[] }
  return Array.isArray(actions) ? { ...(input as object), TransactItems: actions.map(plainAction) } : plain(input)
}

/** Of a transaction each action has its own values, in the one member that says what it does. */
function plainAction(action: unknown): unknown {
  if (typeof action !== 'object' || action === null) return action
  return Object.fromEntries(Object.entries(action).map(([kind, parameters]) => [kind, plain(parameters)]))
}

function plain(parameters: unknown): unknown {
  if (typeof parameters !== 'object' || parameters === null) return parameters
  const { ExpressionAttributeValues: values } = parameters as { readonly ExpressionAttributeValues?: unknown }
  return values instanceof PackedItem ? { ...parameters, ExpressionAttributeValues: values.toItem() } : parameters
}
