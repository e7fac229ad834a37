// Processor time as the bench reads it from /proc.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { kernelTimeBetween, observe, othersBetween, othersOf } from './observed.js';
import { allProcesses, busyTimeOf, type ProcessTime, processTimeOf, threadTimeOf, timeOfTrees, treeOf } from './processes.js';

const STAT = (name: string, flags: number): string =>
  `31 (${name}) S 7 31 31 0 -1 ${flags} 100 0 0 0 250 30 12 8 20 0 4 0 199528 3133440 393 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0\n`;

function processOf(parent: number, facts: Partial<ProcessTime> = {}): ProcessTime {
  return { parent, own: 0, ended: 0, kernel: false, ...facts };
}

describe('processor time of processes', () => {
  it('is read from /proc/PID/stat, whatever the program calls itself', () => {
    for (const name of ['node', 'a) S 1 (b', 'two words'])
      expect(processTimeOf(STAT(name, 4_194_304)), name).to.deep.equal({ parent: 7, own: 2_800, ended: 200, kernel: false });
  });

  it("tells the kernel's own threads from programs", () => {
    expect(processTimeOf(STAT('kworker/0:1', 69_238_880)).kernel).to.equal(true);
  });

  it('of a thread is counted in nanoseconds', () => {
    expect(threadTimeOf('818415 633135 2\n')).to.equal(0.818415);
  });

  it('of the machine leaves out idleness and waiting for the disk', () => {
    expect(busyTimeOf('cpu  100 10 50 9000 700 3 4 40 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).to.equal(2_000);
  });

  it('of a tree counts each process below its roots once, and none beside them', () => {
    const times = new Map([
      [1, processOf(0)],
      [10, processOf(1)],
      [11, processOf(10)],
      [12, processOf(11)],
      [20, processOf(1)],
    ]);
    expect(treeOf(times, [10, 12, 99])).to.have.members([10, 11, 12]);
  });

  it('of the kernel between two looks does not fall when one of its threads ends', () => {
    const before = new Map([
      [2, processOf(0, { own: 100, kernel: true })],
      [3, processOf(2, { own: 5_000, kernel: true })],
      [9, processOf(1, { own: 10 })],
    ]);
    const after = new Map([
      [2, processOf(0, { own: 130, kernel: true })],
      [4, processOf(2, { own: 20, kernel: true })],
      [9, processOf(1, { own: 900 })],
    ]);
    expect(kernelTimeBetween(before, after)).to.equal(50);
  });

  it('counts a child while it lives, and when it has ended', async () => {
    const busy = 'const until = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < until);';
    const child = spawn(process.execPath, ['-e', `${busy} process.send(1); process.on("message", () => process.exit());`], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const before = timeOfTrees(allProcesses(), [process.pid]);
    await once(child, 'message');
    const living = timeOfTrees(allProcesses(), [child.pid ?? 0]);
    child.send('end');
    await once(child, 'exit');
    expect(living).to.be.within(200, 60_000);
    expect(timeOfTrees(allProcesses(), [child.pid ?? 0])).to.equal(0);
    expect(timeOfTrees(allProcesses(), [process.pid]) - before).to.be.at.least(living - 20);
  });
});

describe('an observed piece of work', () => {
  it('is charged to the part that did it', async () => {
    const worker = spawn(
      process.execPath,
      ['-e', 'process.on("message", () => { const until = Date.now() + 50; while (Date.now() < until); process.send(1); });'],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    const work = async (): Promise<void> => {
      worker.send('work');
      await once(worker, 'message');
    };
    await work();
    const seen = await observe({ worker: [worker.pid ?? 0], nobody: [] }, work);
    worker.kill();
    await once(worker, 'exit');
    expect(seen.wall).to.be.at.least(45);
    expect(seen.cpu.worker).to.be.above(0);
    expect(seen.cpu.nobody).to.equal(0);
  });

  it('says what part of the machine other things took over all turns', () => {
    const turns = [
      { wall: 100, others: 0.4 },
      { wall: 300, others: 0 },
    ];
    expect(othersOf(turns)).to.be.closeTo(0.1, 1e-9);
  });

  it("takes what neither the bench nor the kernel's own threads did for other things'", () => {
    const cores = availableParallelism();
    const processes = (kernel: number): ReadonlyMap<number, ProcessTime> => new Map([[2, processOf(0, { own: kernel, kernel: true })]]);
    const before = { at: 0, busy: 5_000, own: 700, processes: processes(30) };
    expect(
      othersBetween(before, { at: 100, busy: 5_000 + 90 * cores, own: 700 + 40 * cores, processes: processes(30 + 25 * cores) }),
    ).to.be.closeTo(0.25, 1e-9);
    expect(othersBetween(before, { at: 100, busy: 5_000, own: 720, processes: processes(30) })).to.equal(0);
  });
});
