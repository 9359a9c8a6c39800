// When the bytes of a message are handed over instead of copied.

import { transfer } from 'comlink'

/**
 * From this size on handing a buffer over is cheaper than copying it: a transfer costs some microseconds of its own
 * whatever the size.
 */
export const MIN_TRANSFER_BYTES: number = 32 * 1024

/** Marks the items of a message to be transferred if they are large. The sender must not use them afterwards. */
export function transferItems<T extends { readonly items: Uint8Array<ArrayBuffer> | undefined }>(message: T): T {
  const { items } = message
  return items !== undefined && items.length >= MIN_TRANSFER_BYTES ? transfer(message, [items.buffer]) : message
}
