import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {labFolder, pythonOfLab} from './lab-folder.mjs'
import {REQUIREMENTS} from './pins.mjs'
import {runCommand} from './run-command.mjs'

export async function installPython() {
  const folder = join(labFolder(), 'venv')
  rmSync(folder, {recursive: true, force: true})
  await runCommand('python3', ['-m', 'venv', folder])
  await runCommand(pythonOfLab(), ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS])
}
