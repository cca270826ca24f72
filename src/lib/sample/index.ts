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
export {fillChangelog, type FillOptions, type FillResult} from './fill-changelog.js'
export {makeSample, type MakeRequest} from './make-sample.js'
export {planFill, type FillPlan, type FillRequest} from './plan-fill.js'
export {planSample, type SamplePlan} from './plan-sample.js'
export {renderSample} from './render.js'
export {fillText, renderFill} from './render-fill.js'
export type {SampleRequest} from './sample-request.js'
export {plannedResult, sampleResult, type SampleLocation, type SampleResult} from './sample-result.js'
export {itemLine, writeExport} from './write-export.js'
export {refuseUnlessEmpty, writeSampleExport, type WrittenSample} from './write-sample-export.js'
