// The door of PartiQL: what the operations load when the first statement comes.

export { batchExecuteStatement } from './batch-execute-statement.ts'
export { executeStatement } from './execute-statement.ts'
export { executeTransaction } from './execute-transaction.ts'
