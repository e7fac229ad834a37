// Builds what changed. The core is large: its compiler stays, with the rest of the program at hand. Every other project is built by `tsc -b`, which
// takes half a second for a plugin. One `tsc -b --watch` for all of them notices no change where everything was built when it began (TypeScript 7.0).
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectsBelow } from './changes.mjs';

const CORE = 'core';
const SDK = 'sdk';
/** The compiler that stays hears of a change within this, or has missed it: it looks away for a moment after each round. */
const MISSED_MS = 700;

export class Builder {
  #root;
  #to;
  /** The compiler's own program: killing Node's script around it would leave it running. */
  #tsc;
  #compiler;
  #core = { busy: true, failed: false, output: '', rounds: 0, began: 0 };
  #missed;
  #projects = new Set();
  #wantsPage = false;
  #building = 0;
  /** Something is built, or is read at the start, that the running server does not have. */
  #isNew = false;
  #ended = false;

  /** `to.built()` when all that changed is built; `to.failed(output)` where something cannot be. */
  constructor(root, to) {
    this.#root = root;
    this.#to = to;
  }

  /** Resolves when everything is built that was not, and the core's compiler has looked at the core. */
  async start() {
    const { default: getExePath } = await import(
      pathToFileURL(path.join(this.#root, 'node_modules', 'typescript', 'lib', 'getExePath.js')).href
    );
    this.#tsc = getExePath();
    const options = { cwd: this.#root, stdio: ['ignore', 'pipe', 'inherit'] };
    this.#compiler = spawn(this.#tsc, ['-p', CORE, '--watch', '--preserveWatchOutput', '--pretty', 'false'], options);
    await new Promise((resolve) => {
      let rest = '';
      this.#compiler.stdout.setEncoding('utf8').on('data', (text) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (this.#heard(line)) resolve();
      });
      this.#compiler.on('close', () => {
        if (!this.#ended) this.#to.failed('The compiler of the core has ended. Start "npm run dev" again.');
        resolve();
      });
    });
  }

  /** Of `actionsFor`: takes effect with the next build(). */
  note({ project, page }) {
    if (page === true) this.#wantsPage = true;
    else if (project === undefined) this.#isNew = true;
    else if (project !== CORE) this.#projects.add(project);
    else if (!this.#core.busy && performance.now() - this.#core.began > MISSED_MS) {
      clearTimeout(this.#missed);
      this.#missed = setTimeout(() => void this.#catchUp(), MISSED_MS);
    }
  }

  build() {
    const projects = this.#projects.has(SDK) ? [SDK, ...projectsBelow(this.#root, 'plugins')] : [...this.#projects];
    this.#projects.clear();
    if (projects.length > 0) void this.#run(this.#tsc, ['-b', ...projects, '--pretty', 'false']).then(() => this.#settle());
    if (this.#wantsPage) void this.#run(process.execPath, [path.join('scripts', 'buildWeb.mjs')]).then(() => this.#settle());
    this.#wantsPage = false;
    this.#settle();
  }

  dispose() {
    this.#ended = true;
    clearTimeout(this.#missed);
    this.#compiler?.kill();
  }

  async #catchUp() {
    this.#core.failed = !(await this.#run(this.#tsc, ['-b', CORE, '--pretty', 'false']));
    this.#settle();
  }

  /** Answers whether it went well. */
  async #run(program, args) {
    this.#building += 1;
    const { code, output } = await outcomeOf(spawn(program, args, { cwd: this.#root, stdio: ['ignore', 'pipe', 'pipe'] }));
    this.#building -= 1;
    if (this.#ended) return false;
    if (code === 0) this.#isNew = true;
    else this.#to.failed(output);
    return code === 0;
  }

  /** A line of the core's compiler. Answers whether it ends a round of it. */
  #heard(line) {
    const errors = /Found (\d+) errors?\. Watching/.exec(line)?.[1];
    if (/File change detected|Starting compilation/.test(line)) {
      clearTimeout(this.#missed);
      this.#core = { ...this.#core, busy: true, output: '', began: performance.now() };
    } else if (errors === undefined) this.#core.output += `${line}\n`;
    if (errors === undefined) return false;
    this.#core = { ...this.#core, busy: false, failed: errors !== '0', rounds: this.#core.rounds + 1 };
    if (this.#core.failed) this.#to.failed(this.#core.output);
    else if (this.#core.rounds > 1) this.#isNew = true;
    this.#settle();
    return true;
  }

  #settle() {
    if (!this.#isNew || this.#core.busy || this.#core.failed || this.#building > 0) return;
    this.#isNew = false;
    this.#to.built();
  }
}

async function outcomeOf(child) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
