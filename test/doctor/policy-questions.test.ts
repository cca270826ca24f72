import {afterEach, beforeEach, expect, it} from 'vitest'
import {awsFacts} from '../../src/lib/aws/facts-aws.js'
import {openLoopbackAws, type LoopbackAws} from '../aws/loopback-aws.js'

// What no lab answers: IAM's judgement of policies, as the service writes it.

const USER = 'arn:aws:iam::111122223333:user/ann'
const GLUE = 'arn:aws:glue:eu-west-1:111122223333'
let questions: {readonly actions: string[]; readonly arns: string[]}[]
let decide: (action: string, arn: string) => string
let aws: LoopbackAws

beforeEach(async () => {
  questions = []
  aws = await openLoopbackAws((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      response.writeHead(200, {'content-type': 'text/xml'}).end(answerTo(new URLSearchParams(body)))
    })
  })
})

afterEach(() => aws.close())

/** One result an action, the worst of its things, with each thing's own inside. */
function answerTo(form: URLSearchParams): string {
  const listed = (name: string) =>
    [...form].flatMap(([key, value]) => (key.startsWith(`${name}.member`) ? [value] : []))
  const [actions, arns] = [listed('ActionNames'), listed('ResourceArns')]
  questions.push({actions, arns})
  const results = actions.map((action) => {
    const own = arns.map((arn) => {
      const decision = decide(action, arn)
      const missing = decision === 'condition' ? '<member>aws:SourceVpce</member>' : ''
      return `<member><EvalResourceName>${arn}</EvalResourceName><EvalResourceDecision>${decision === 'condition' ? 'implicitDeny' : decision}</EvalResourceDecision><MissingContextValues>${missing}</MissingContextValues></member>`
    })
    return `<member><EvalActionName>${action}</EvalActionName><EvalDecision>implicitDeny</EvalDecision><ResourceSpecificResults>${own.join('')}</ResourceSpecificResults></member>`
  })
  return `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>${results.join('')}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`
}

function simulate(permissions: readonly {readonly action: string; readonly arn: string}[]) {
  const settings = {region: 'eu-west-1', profile: null, roleArn: null, endpoints: {all: aws.endpoint}, version: 'test'}
  const facts = awsFacts({...settings, encryption: 'bucket-default'}, new AbortController().signal)
  return facts.simulate(USER, permissions)
}

it('asks about things with the same actions together, and reads the decision of each', async () => {
  decide = (action, arn) => (action === 'glue:UpdateTable' && arn.endsWith('/b') ? 'explicitDeny' : 'allowed')
  const permissions = ['a', 'b', 'c'].flatMap((table) =>
    ['glue:UpdateTable', 'glue:DeleteTable'].map((action) => ({action, arn: `${GLUE}:table/lakes/${table}`})),
  )
  expect(await simulate(permissions)).toEqual(['allowed', 'allowed', 'denied', 'allowed', 'allowed', 'allowed'])
  expect(questions).toHaveLength(1)
  expect([...questions[0]!.arns].sort()).toEqual(
    [
      `${GLUE}:catalog`,
      `${GLUE}:database/lakes`,
      ...['a', 'b', 'c'].map((table) => `${GLUE}:table/lakes/${table}`),
    ].sort(),
  )
})

it('needs the action on the database and the catalog too', async () => {
  decide = (_action, arn) => (arn.endsWith(':catalog') ? 'implicitDeny' : 'allowed')
  expect(await simulate([{action: 'glue:UpdateTable', arn: `${GLUE}:table/lakes/a`}])).toEqual(['denied'])
  expect(await simulate([{action: 's3:DeleteObject', arn: 'arn:aws:s3:::bucket/key'}])).toEqual(['allowed'])
})

it('does not know what hangs on a condition that only a request meets', async () => {
  decide = () => 'condition'
  expect(await simulate([{action: 's3:DeleteObject', arn: 'arn:aws:s3:::bucket/key'}])).toEqual([null])
})

it('asks a few questions about a hundred things', async () => {
  decide = () => 'allowed'
  const permissions = Array.from({length: 120}, (_, index) => ({
    action: 's3:DeleteObject',
    arn: `arn:aws:s3:::b/${index}`,
  }))
  expect(await simulate(permissions)).toEqual(permissions.map(() => 'allowed'))
  expect(questions.map(({arns}) => arns.length)).toEqual([50, 50, 20])
})
