// One endpoint for all services: routes by the signature's service, logs, and breaks what a test asks to break.
import http from 'node:http'
import {createAthenaService} from '../bridge/athena-service.mjs'
import {errorAnswer} from './answers.mjs'
import {controlAnswer} from './control.mjs'
import {createExportService} from './exports/export-service.mjs'
import {after, before, needsWholeAnswer} from './fault-effects.mjs'
import {Faults} from './faults.mjs'
import {labSettings} from './lab-settings.mjs'
import {askMoto, readAll} from './moto-proxy.mjs'
import {Permissions} from './permissions.mjs'
import {identify} from './request-identity.mjs'
import {sendAnswer} from './send-answer.mjs'
import {WireLog} from './wire-log.mjs'

const settings = labSettings()
const wireLog = new WireLog()
const faults = new Faults()
const athena = createAthenaService(settings)
const tableExports = createExportService(settings)
const permissions = new Permissions(settings.awsUrl)
const pages = {...athena.pages, ...tableExports.pages, '/__iam': permissions.page}
/** Services that the gateway answers itself; moto has the others. */
const own = {athena, dynamodb: tableExports}

async function handle(request, response) {
  const body = await readAll(request)
  const control = await controlAnswer({request, body, wireLog, faults, pages})
  if (control !== null) return sendAnswer(response, control)
  const identity = identify(request, body)
  const entry = wireLog.open(request, identity, body)
  const started = performance.now()
  const answer = await faultyAnswer(request, identity, body, entry)
  entry.milliseconds = Math.round(performance.now() - started)
  if (answer === 'drop') return request.socket.resetAndDestroy()
  // a hung request is held until the client gives up
  if (answer !== 'hang') await sendAnswer(response, answer, entry)
}

async function faultyAnswer(request, identity, body, entry) {
  const fault = faults.take(request, identity, body)
  if (fault === null) return serviceAnswer(request, identity, body)
  entry.fault = fault.fault
  const early = await before(fault, identity)
  if (early !== null) return early
  const answer = await serviceAnswer(request, identity, body)
  const whole =
    needsWholeAnswer(fault) || fault.fault === 'dropAfter' ? {...answer, body: await readAll(answer.body)} : answer
  return after(fault, identity, whole)
}

async function serviceAnswer(request, identity, body) {
  try {
    const service = own[identity.service]
    if (service?.serves(identity.operation) !== true) return await askMoto(settings.awsUrl, request, identity, body)
    return (await permissions.refusal(request, identity, body)) ?? (await service.answer(identity, body))
  } catch (error) {
    console.error(new Date().toISOString(), identity.service, identity.operation, error)
    return errorAnswer(identity, {status: 500, code: 'InternalFailure', message: `lab gateway: ${error.message}`})
  }
}

const server = http.createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(new Date().toISOString(), request.method, request.url, error)
    response.destroy()
  })
})
server.requestTimeout = 0
// longer than the SDK keeps a connection, so that it is the client who closes
server.keepAliveTimeout = 120_000
server.listen(settings.port, '127.0.0.1', () => console.log(`gateway on ${settings.port}`))
