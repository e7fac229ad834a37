// Builds what changed, by `tsc -b`: a third of a second for the core, less for a plugin. A compiler that stays and watches misses changes (TypeScript 7.0).
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectsBelow } from './changes.mjs';

const SDK = 'sdk';

export class Builder {
  #root;
  #to;
  /** The compiler's own program: killing Node's script around it would leave it running. */
  #tsc;
  #projects = new Set();
  /** Projects whose last build failed: the server that runs stays until they can be built. */
  #failed = new Set();
  #wantsPage = false;
  #isBuilding = false;
  /** Something is built, or is read at the start, that the running server does not have. */
  #isNew = false;
  #ended = false;
  #running;

  /** `to.built()` when all that changed is built; `to.failed(output)` where something cannot be. */
  constructor(root, to) {
    this.#root = root;
    this.#to = to;
  }

  /** Finds the compiler. */
  async start() {
    const { default: getExePath } = await import(
      pathToFileURL(path.join(this.#root, 'node_modules', 'typescript', 'lib', 'getExePath.js')).href
    );
    this.#tsc = getExePath();
  }

  /** Of `actionsFor`: takes effect with the next build(). */
  note({ project, page }) {
    if (page === true) this.#wantsPage = true;
    else if (project === undefined) this.#isNew = true;
    else this.#projects.add(project);
  }

  /** One build at a time; what is noted meanwhile is built after it. */
  build() {
    if (!this.#isBuilding && this.#tsc !== undefined) void this.#buildAll();
  }

  dispose() {
    this.#ended = true;
    this.#running?.kill();
  }

  async #buildAll() {
    this.#isBuilding = true;
    while (!this.#ended && (this.#projects.size > 0 || this.#wantsPage)) {
      const noted = [...this.#projects];
      const wantsPage = this.#wantsPage;
      this.#projects.clear();
      this.#wantsPage = false;
      const projects = noted.includes(SDK) ? [...new Set([...noted, 'core', ...projectsBelow(this.#root, 'plugins')])] : noted;
      for (const project of projects) await this.#run(project, this.#tsc, ['-b', project, '--pretty', 'false']);
      if (wantsPage) await this.#run('page', process.execPath, [path.join('scripts', 'buildWeb.mjs')]);
    }
    this.#isBuilding = false;
    if (this.#ended || !this.#isNew || this.#failed.size > 0) return;
    this.#isNew = false;
    this.#to.built();
  }

  async #run(project, program, args) {
    if (this.#ended) return;
    this.#running = spawn(program, args, { cwd: this.#root, stdio: ['ignore', 'pipe', 'pipe'] });
    const { code, output } = await outcomeOf(this.#running);
    this.#running = undefined;
    if (this.#ended) return;
    if (code === 0) {
      this.#failed.delete(project);
      this.#isNew = true;
    } else {
      this.#failed.add(project);
      this.#to.failed(output);
    }
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
