export {openStream, type OpenStream} from './open-stream.js'
export {exitOfStream, renderStream} from './render.js'
export {ingestStream, type StreamRequest, type StreamResult} from './stream.js'
