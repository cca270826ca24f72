import {start} from '../../../../bin/start.js'

await start(process.argv.slice(2), import.meta.url)
