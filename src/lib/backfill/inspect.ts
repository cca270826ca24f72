import {openExport, type CheckedExport, type ExportPorts, type ExportRequest} from './export-source.js'

export interface InspectResult extends Omit<CheckedExport, 'sourceUri'> {
  readonly asOf: string
}

/** Checks an export without a lake: manifests, files, counts. Throws the EXPORT_… errors. */
export async function inspectExport(request: ExportRequest, asOf: Date, ports: ExportPorts): Promise<InspectResult> {
  const {sourceUri: _, ...opened} = await openExport(request, ports)
  return {...opened, asOf: asOf.toISOString()}
}
