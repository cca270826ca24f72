export type {
  AttributeValue,
  ExportItem,
  ExportPorts,
  ExportRequest,
  FileContent,
  LineChunk,
  LineSource,
  WrittenExport,
} from './export-types.js'
export {renderSample} from './render.js'
export {sampleResult, type SampleLocation, type SampleResult} from './sample-result.js'
export {itemLine, writeExport} from './write-export.js'
export {refuseUnlessEmpty, writeSampleExport, type SampleRequest, type WrittenSample} from './write-sample-export.js'
