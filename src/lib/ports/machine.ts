export interface FileSystemSpace {
  /** Equal for two folders on the same file system: there files are renamed, not copied. */
  readonly fileSystem: string
  readonly freeBytes: number
}

/** What this machine has for work to be done on it. */
export interface Machine {
  /** Of the file system that a folder stands on, or will stand on once it is made. */
  spaceOf(folder: string): Promise<FileSystemSpace>
  /** What this process may use at most: the machine's memory, or its container's. */
  memoryBytes(): number
}

/** What the engines may use, and where. */
export interface Resources {
  readonly memoryBytes: number
  readonly threads: number
  readonly temporaryFolder: string
  /** Null: as much as the file system has. */
  readonly maxTemporaryBytes: number | null
  /** Null for a lake that is not on this machine. */
  readonly lakeFolder: string | null
}
