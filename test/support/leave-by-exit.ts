// Set-up of tests that start processes: Vitest ends the process of a test file with SIGTERM, of which the listeners of `exit`
// do not hear. They end what a test has left behind when it failed.

process.once('SIGTERM', () => process.exit())
