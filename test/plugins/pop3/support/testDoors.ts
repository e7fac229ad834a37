// Doors within this thread: nothing but the line, and what runs at its ends.
import type { PluginContext } from '@postroom/sdk';
import type { DoorKeeper, DoorModule, Doors, DoorsState, OpenDoor, ProtocolDoors } from '@postroom/sdk/services';
import { type PairedDoorLines, pairedDoorLines } from '@postroom/sdk/testing';

export class TestDoors implements Doors {
  readonly sharePorts = false;
  /** What doors open, by the name of the module's file; others open in none. */
  readonly modules = new Map<string, DoorModule['openDoor']>();
  /** In the order in which they came. */
  readonly opened: TestDoor[] = [];
  /** In place of all this, and the plugin as they know it. */
  real: { readonly doors: Doors; readonly plugin: Pick<PluginContext, 'id' | 'folder' | 'manifest'> } | undefined;
  onProtocol: (keeper: DoorKeeper) => void = () => {};

  get state(): DoorsState {
    return { open: this.opened.length, most: 1, text: 'Doors of a test.', crashed: 0, mainLoad: 1 };
  }

  protocol(_plugin: unknown, module: string, keeper: DoorKeeper): ProtocolDoors {
    if (this.real !== undefined) return this.real.doors.protocol(this.real.plugin, module, keeper);
    this.onProtocol(keeper);
    const open = this.modules.get(module.replace(/^.*\//, ''));
    return {
      open: async () => {
        if (open !== undefined) this.opened.push(await TestDoor.open(keeper, open));
      },
      tellAll: () => {},
      close: () => this.close(),
    };
  }

  /** Ends them all, as with the server. */
  async close(): Promise<void> {
    await Promise.all(this.opened.map((door) => door.crash()));
  }
}

export class TestDoor {
  private constructor(
    readonly module: OpenDoor,
    private readonly lines: PairedDoorLines,
    private readonly attended: () => Promise<void>,
  ) {}

  static async open(keeper: DoorKeeper, open: DoorModule['openDoor']): Promise<TestDoor> {
    const lines = pairedDoorLines();
    const attendance = keeper.attend(lines.keeper);
    const module = await open({ setup: keeper.setup(), line: lines.module });
    return new TestDoor(module, lines, async () => {
      await attendance.dispose();
    });
  }

  /** As when its thread ends in the middle: nothing is said any more, and its connections are cut. */
  async crash(): Promise<void> {
    await this.lines.close();
    await this.attended();
    await this.module.close(0);
  }
}
