// The platform's Web Locks.

/** Undefined where there are none: a page without a secure context, or Node. */
export function webLocks(): LockManager | undefined {
  return (globalThis as { readonly navigator?: { readonly locks?: LockManager | null } }).navigator?.locks ?? undefined
}
