// What happens in the background (flush, merge, recovery) can be listened to. Three levels on purpose: a warning is
// either an error or a fact, and whoever writes the line decides which.

/** How much a line matters: to developers, to operators, or to whoever has to mend something. */
export type LogLevel = 'debug' | 'info' | 'error'

/** Receives lines about what the database does; never credentials, never whole items. */
export type Logger = (level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>) => void

/** Drops every line. */
export const silentLogger: Logger = () => undefined
