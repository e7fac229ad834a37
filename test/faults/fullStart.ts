// Starts of the real program on a disk on which a few kilobytes or none are left: a memory map without a block would end it by a signal, without a word.
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DiskWorld } from './diskWorld.js';
import { type Ended, runProgram, StartedProgram } from './startedProgram.js';

/** Commands that open the store by themselves; all of them only look. */
const LOOKING: readonly (readonly string[])[] = [
  ['users', 'list'],
  ['trace', 'nothing-like-it'],
  ['config', 'history'],
  ['outbox', 'list'],
];

export class FullStart {
  constructor(private readonly world: DiskWorld) {}

  /** Some mail, and a server that was stopped properly: what a full disk then meets. */
  async prepare(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      this.world.traffic.arrive(1);
      await this.world.victim.run('send-receive');
    }
    await this.world.victim.close();
  }

  /** A server and every command, each on so little. Answers what went wrong, in sentences. */
  async everything(leftKb: number): Promise<readonly string[]> {
    return [...(await this.serving(leftKb)), ...(await this.doctor(leftKb)), ...(await this.looking(leftKb))];
  }

  /** It starts, mail is picked up and deleted, it ends as it is asked to, and is fit for the next start. */
  async serving(leftKb: number): Promise<readonly string[]> {
    const { world } = this;
    await world.fillWhole(leftKb);
    const server = StartedProgram.serve(world.dataDir);
    const ready = await server.ready;
    if (ready === undefined) return [`serve with ${leftKb} KB left did not start: ${inWords(await server.ended)}`];
    const problems: string[] = [];
    const deleted = await world.traffic.pickUp(ready.pop3, 'andrew', 'company/andrew');
    if (!deleted.startsWith('+OK')) problems.push(`serve with ${leftKb} KB left: POP3 said: ${deleted}`);
    const ended = await server.end();
    if (ended.code !== 0) problems.push(`serve with ${leftKb} KB left ended: ${inWords(ended)}`);
    if (!(await this.#hasBallast())) problems.push(`serve with ${leftKb} KB left: the ballast is not there for the next start`);
    return problems;
  }

  async doctor(leftKb: number): Promise<readonly string[]> {
    await this.world.fillWhole(leftKb);
    const ended = await runProgram('doctor', '--data', this.world.dataDir);
    const isGood = ended.code === 1 && /database\s+well/.test(ended.text) && /disk\s+problem.*MB free/.test(ended.text);
    return isGood ? [] : [`doctor with ${leftKb} KB left: ${inWords(ended)}`];
  }

  async looking(leftKb: number): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const command of LOOKING) {
      await this.world.fillWhole(leftKb);
      const ended = await runProgram(...command, '--data', this.world.dataDir);
      if (ended.code !== 0) problems.push(`${command.join(' ')} with ${leftKb} KB left: ${inWords(ended)}`);
    }
    return problems;
  }

  /** Nobody has kept room: it serves what can be read, or says in a sentence why not. */
  async withoutBallast(leftKb: number): Promise<readonly string[]> {
    const { world } = this;
    await rm(path.join(world.dataDir, 'ballast'), { force: true });
    await world.fillWhole(leftKb);
    const server = StartedProgram.serve(world.dataDir);
    const ready = await server.ready;
    const problems: string[] = [];
    if (ready !== undefined && (await world.traffic.read(ready.pop3, 'andrew')) === 0) problems.push('no mail could be read');
    const ended = ready === undefined ? await server.ended : await server.end();
    const isWell =
      ready === undefined ? /There is no room left on the disk of /.test(ended.text) && (ended.code ?? 0) > 0 : ended.code === 0;
    if (!isWell) problems.push(inWords(ended));
    problems.push(...(await this.doctor(leftKb)));
    return problems.map((problem) => `without the ballast and ${leftKb} KB left: ${problem}`);
  }

  async #hasBallast(): Promise<boolean> {
    return (await readdir(this.world.dataDir)).includes('ballast');
  }
}

function inWords({ code, signal, text }: Ended): string {
  return `${signal === null ? `exit code ${code}` : `ended by ${signal}`}; it said: ${text.trim().slice(-600) || 'nothing'}`;
}
