// What Node's permission flags leave open, closed before any of the plugin's code runs: signals to other processes. A SIGUSR1 would open the
// host's debugger, a SIGKILL end it.
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

export function disarm(): void {
  const kill = process.kill.bind(process);
  const refuse = (): never => {
    throw new Error('A plugin in a process of its own may not reach other processes.');
  };
  const toItself = (pid: number, signal?: string | number): true => (pid === process.pid ? kill(pid, signal) : refuse());
  Object.defineProperty(process, 'kill', { value: toItself, configurable: false, writable: false });
  for (const name of ['_kill', '_debugProcess', '_debugEnd', '_startProfilerIdleNotifier', '_stopProfilerIdleNotifier']) {
    Object.defineProperty(process, name, { value: refuse, configurable: false, writable: false });
  }
  os.setPriority = refuse;
  syncBuiltinESMExports();
}
