/** Transitions in a VCD that was written by hand. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countToggles } from '../../src/sim/toggles.ts';
import { inTemporaryFolder } from '../../src/sim/workspace.ts';

const text = `$timescale 1ns $end
$scope module bench $end
$scope module dut $end
$var wire 1 ! clk $end
$var wire 4 " in [3:0] $end
$scope module part $end
$var wire 1 ! clk $end
$var wire 4 " from [3:0] $end
$var reg 4 # kept [3:0] $end
$var wire 1 $ memory_read_enable $end
$var wire 1 % drive_valid $end
$var wire 1 $ drive_ready $end
$var wire 1 % alone_valid $end
$upscope $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
0!
bx "
bx #
0$
0%
$end
#5
1!
b1 "
#10
0!
1%
#15
1!
b1110 "
b11 #
1$
#20
0!
#25
1!
b0 #
0$
#35
1!
1$
#45
1!
`;

test('transitions of every signal, and for how many cycles it was 1', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'a.vcd');
    writeFileSync(file, text);
    const { cycles, instances } = await countToggles(file, 'bench.dut');
    expect(cycles).toBe(5);
    // x to 1 is no transition; 0001 to 1110 is four. `in` of the design is `from` of the part.
    const same = { width: 4, toggles: 4, high: 0 };
    expect(instances.get('')!.get('in')).toEqual(same);
    expect(instances.get('part')!.get('from')).toEqual(same);
    // x to 0011, then two to 0.
    expect(instances.get('part')!.get('kept')).toMatchObject({ toggles: 2 });
    expect(instances.get('part')!.get('memory_read_enable')).toEqual({ width: 1, toggles: 3, high: 2 });
    // Offered from 10 on, taken from 15 to 25 and from 35 to 45.
    expect(instances.get('part')!.get('drive')).toMatchObject({ high: 2 });
    expect(instances.get('part')!.has('alone')).toBe(false);
    const few = await countToggles(file, 'bench.dut', (instance, name) => instance === 'part' && name === 'kept');
    expect([...few.instances].map(([path, names]) => [path, [...names.keys()]])).toEqual([['part', ['kept']]]);
  });
});
