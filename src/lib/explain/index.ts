export {explain, type ExplainedCode, type ExplainedExit, type ExplainResult} from './explain.js'
export {renderExplain} from './render.js'
