// Asks for one line on the terminal. The question goes to standard error, so that standard output stays a command's answer.
import { PostroomError } from '../errors.js';
import { terminalText } from './terminalText.js';

/** What was typed, or `proposal` where nothing was. Rejects with `command/arguments` where the terminal is left. */
export async function askLine(question: string, proposal = ''): Promise<string> {
  // Not at the top: every server would load it, and none asks.
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  lines.once('close', () => left.abort());
  try {
    const answer = await lines.question(terminalText(`${question}${proposal === '' ? '' : ` [${proposal}]`}: `), { signal: left.signal });
    return answer.trim() === '' ? proposal : answer.trim();
  } catch (error) {
    if (left.signal.aborted) throw new PostroomError('command/arguments', 'You left before the question was answered.');
    throw error;
  } finally {
    lines.close();
  }
}
