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
export {planSample, type SamplePlan} from './plan-sample.js'
export {planText, renderSample} from './render.js'
export type {SampleRequest} from './sample-request.js'
export {plannedResult, sampleResult, type SampleLocation, type SampleResult} from './sample-result.js'
export {itemLine, writeExport} from './write-export.js'
export {refuseUnlessEmpty, writeSampleExport, type WrittenSample} from './write-sample-export.js'
