import {planSample} from './plan-sample.js'
import {planText} from './render.js'
import type {ExportPorts} from './export-types.js'
import type {SampleRequest} from './sample-request.js'
import {plannedResult, sampleResult, type SampleResult} from './sample-result.js'
import {refuseUnlessEmpty, writeSampleExport} from './write-sample-export.js'

export interface MakeRequest extends SampleRequest {
  /** The output folder as the user named it. */
  readonly out: string
  readonly dryRun: boolean
}

/** Plans a sample export and, unless it is a dry run, writes it into an empty folder. Throws `FOLDER_NOT_EMPTY`. */
export async function makeSample(request: MakeRequest, ports: ExportPorts): Promise<SampleResult> {
  const {out, dryRun, ...sample} = request
  const place = {out, uri: ports.output.uri, exportTime: request.exportTime}
  const plan = planSample(sample)
  await refuseUnlessEmpty(ports.output)
  if (dryRun) return plannedResult(plan, place)
  request.report?.({kind: 'note', text: planText(plan)})
  return sampleResult(await writeSampleExport(sample, ports), place)
}
