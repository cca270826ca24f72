import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

export const LAB_SOURCE = fileURLToPath(new URL('..', import.meta.url))
export const REQUIREMENTS = fileURLToPath(new URL('../requirements.txt', import.meta.url))

export const TRINO_VERSION = '476'
export const LOWEST_JAVA = 24

/** Maven coordinates: the server and the two connectors that show Glue tables. */
export const TRINO_ARTIFACTS = [
  {name: 'trino-server-core', type: 'tar.gz'},
  {name: 'trino-hive', type: 'zip'},
  {name: 'trino-iceberg', type: 'zip'},
]

/** Plugins of the server that the lab does without: they cost 100 MB and seconds of start. */
export const UNNEEDED_PLUGINS = [
  'functions-python',
  'password-authenticators',
  'resource-group-managers',
  'session-property-managers',
  'spooling-filesystem',
  'exchange-filesystem',
]

/** What a finished installation of a part was made from; another text means: install again. */
export const trinoStamp = () => `trino ${TRINO_VERSION}\n`
export const pythonStamp = () => `python ${createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex')}\n`
