/** What of its environment a command is about to use; null: nothing of it. Looked at before the command begins. */
export interface PlaceNeeds {
  /** Plans, journals and locks of operations. */
  readonly operations: 'read' | 'write' | null
  /** Objects of the tables. */
  readonly rows: 'read' | 'write' | null
  /** Statements, and where their results go. */
  readonly queries: boolean
}
