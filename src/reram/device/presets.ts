/**
 * Published devices, values as their sources state them. What a source does not state is absent, or says `choice`:
 * Prunus's own. Numbers marked `memory` are general knowledge that nobody verified; those without a mark are as the
 * project's notes have them, which name the source.
 *
 * Errors: PR0900 no preset of this name.
 */
import { PrunusError } from '../../errors.ts';
import { type DeviceDescription, type DeviceModel, parseDevice, type Quantity } from './schema.ts';

type Mark = NonNullable<Quantity['mark']>;

const of = (source: string, mark?: Mark) => (value: number, unit: string) =>
  ({ value, unit, source, ...(mark && { mark }) }) as const;

const wan = 'aihwkit inference/noise/reram.py, ReRamWan2022NoiseModel: fit to Wan et al., Nature 608, 504 (2022)';
const wanCell = of('CiMLoop rram_wan cell');
const wanSpread = {
  kind: 'polynomial',
  variable: 'G/Gmax',
  cases: [
    { coefficients: [0.348, 16.03, -43.853, 45.393, -16.815], after: of(wan, 'repo')(1, 's') },
    { coefficients: [0.701, 22.086, -50.773, 47.095, -16.458], after: of(wan, 'repo')(86400, 's') },
    { coefficients: [0.782, 20.274, -43.507, 37.062, -11.934], after: of(wan, 'repo')(172800, 's') },
  ].map((c) => ({ ...c, unit: 'uS' as const, source: wan, mark: 'repo' as const })),
} satisfies DeviceDescription['program'];
const onePercent = of('aihwkit inference/noise/reram.py, docstring: short-term read noise about 1 % of Gmax', 'repo')(
  1,
  'percent',
);
const unstated = (what: string) => ({ kind: 'none', source: `the source states no ${what}` }) as const;
const silent = { readNoise: unstated('read noise'), drift: unstated('drift') };

const cs = 'CrossSim simulator/devices/custom';
const cmo = 'aihwkit inference/noise/reram.py, ReRamCMONoiseModel: Falcone et al., IBM Research Zurich';
const sky = of('sky130_fd_pr_reram documentation and Verilog-A');
const skyRun = of('sky130_fd_pr_reram Verilog-A at 0.2 V, filament 4.9 nm and 3.3 nm', 'run');
const ns14 = of('DNN_NeuroSim_V1.4 Param.cpp');
const plugin = of('CiMLoop rram_neurosim_default cell');
const isaac = of('CiMLoop rram_isaac cell');
const isaacCs = of('CrossSim ISAAC.json');
const mnsim = of('MNSIM SimConfig.ini');
const nthu = of('MNSIM SimConfig.ini, after NTHU, ISSCC 2019');
const nvsim = of('NVSim sample_RRAM.cell');
const mlp = of('MLP_NeuroSim_V3.0 Cell.cpp');
const crosssim = of('CrossSim xbar_parameters.py');
const choice = of("Prunus's default: see docs/reram.md", 'choice');
const wire65 = of('NeuroSim 1.4 at 65 nm, 12F x 4F cell: w 105 nm, aspect ratio 1.7, 2.21e-8 ohm m', 'run');
const milo = `${cs}/RRAM_Milo.py: Milo et al., IRPS 2021, IGVVA-100`;
const wanCs = `${cs}/RRAM_Wan.py: Wan et al., Extended Data Fig. 3`;

const descriptions: readonly DeviceDescription[] = [
  {
    name: 'reram65',
    summary: 'the default: a 65 nm array with Wan et al.’s spread, resistive enough for 64 x 128',
    conductance: { min: choice(1, 'uS'), max: choice(40, 'uS') },
    levels: choice(16, 'levels'),
    program: wanSpread,
    readNoise: { kind: 'additive', sigma: onePercent },
    drift: { kind: 'spread', source: wan },
    read: { voltage: choice(0.2, 'V'), time: choice(5, 'ns') },
    write: { time: choice(100, 'ns'), pulses: choice(8, 'pulses') },
    temperature: { nominal: choice(300, 'K'), model: 'none' },
    endurance: choice(1e6, 'cycles'),
    faults: { stuckLow: mnsim(0.1, 'percent'), stuckHigh: mnsim(0.1, 'percent') },
    wire: { word: wire65(1.5, 'ohm'), bit: wire65(0.5, 'ohm') },
    comparator: of('Satapathy and Kaur, CSSP 42:5108 (2023): sigma 8 mV, on 1 V full scale', 'page')(0.008, 'fraction'),
  },
  {
    name: 'wan2022',
    summary: 'NeuRRAM, 130 nm HfOx',
    conductance: { min: of(wan)(1, 'uS'), max: of(wan)(40, 'uS') },
    program: wanSpread,
    readNoise: { kind: 'additive', sigma: onePercent },
    drift: { kind: 'spread', source: wan },
    read: { voltage: wanCell(0.5, 'V'), time: wanCell(2, 'ns') },
    write: { set: wanCell(1.75, 'V'), time: of('CiMLoop rram_wan cell, verify included')(8.52, 'us') },
  },
  {
    name: 'wan2022-cs',
    summary: 'NeuRRAM with the cubic fit of CrossSim',
    conductance: {
      min: of('as wan2022: CrossSim takes it from the on/off ratio', 'choice')(1, 'uS'),
      max: of(`${wanCs}: the largest that the fit allows`, 'repo')(39.26, 'uS'),
    },
    program: {
      kind: 'polynomial',
      variable: 'uS',
      cases: [{ coefficients: [1.053, 0.2374, -1.167e-2, 1.536e-4], unit: 'uS', source: wanCs, mark: 'repo' }],
    },
    ...silent,
  },
  {
    name: 'milo2021',
    summary: 'multilevel 1T1R, incremental gate voltage with verify (ISPVA family)',
    conductance: { min: of(milo, 'repo')(50, 'uS'), max: of(milo, 'repo')(225, 'uS') },
    levels: of(milo)(4, 'levels'),
    program: {
      kind: 'polynomial',
      variable: 'uS',
      cases: [{ coefficients: [4.782321, -0.009107], unit: 'uS', source: milo, mark: 'repo' }],
    },
    ...silent,
    conduction: {
      kind: 'polynomial',
      second: 0,
      third: 0,
      largest: of('I = G V + NL2 V^2 + NL3 V^3 for V up to 0.5 V')(0.5, 'V'),
      source: 'the form is Milo et al.’s; NL2 and NL3 were not to be had, so they are 0 until a user sets them',
      mark: 'choice',
    },
  },
  {
    name: 'cmo-hfox',
    summary: 'analog conductive-metal-oxide/HfOx, program-verify within 0.2 or 2 %',
    conductance: { min: of(cmo, 'memory')(9, 'uS'), max: of(cmo, 'memory')(89, 'uS') },
    program: {
      kind: 'polynomial',
      variable: 'uS',
      cases: [
        { coefficients: [0.01122, 0.01129], acceptance: of(cmo, 'repo')(2, 'percent') },
        { coefficients: [0.00081, 0.00107], acceptance: of(cmo, 'repo')(0.2, 'percent') },
      ].map((c) => ({ ...c, unit: 'uS' as const, source: cmo, mark: 'repo' as const })),
    },
    readNoise: {
      kind: 'logarithmic',
      factor: 0.02773,
      unit: 'uS',
      time: of(cmo, 'repo')(1, 'us'),
      source: cmo,
      mark: 'repo',
    },
    drift: {
      kind: 'logarithmic',
      meanSlope: -0.089,
      sigmaSlope: 0.042,
      sigmaAtOne: 0.4118,
      unit: 'uS',
      source: cmo,
      mark: 'repo',
    },
  },
  {
    name: 'sky130',
    summary: 'SkyWater 130 nm foundry cell, compact model with temperature and switching',
    conductance: { min: skyRun(3.26, 'Mohm'), max: skyRun(9.7, 'kohm') },
    levels: sky(8, 'levels'),
    program: { kind: 'none', source: 'the compact model has no spread' },
    ...silent,
    conduction: { kind: 'sinh', scale: sky(0.43, 'V'), at: skyRun(0.2, 'V') },
    read: { voltage: sky(0.2, 'V') },
    write: { set: sky(2.4, 'V'), reset: sky(2.6, 'V'), time: sky(1, 'us') },
    temperature: { nominal: choice(300, 'K'), model: 'sky130' },
    faults: {
      stuckLow: of('sky130 docs 1T1R_5.csv: set 97.45 % in one pulse, so about 2.6 % stay low', 'derived')(
        2.6,
        'percent',
      ),
      stuckHigh: of('sky130 docs 1T1R_5.csv: reset 90.83 % in one pulse, so about 9.2 % stay high', 'derived')(
        9.2,
        'percent',
      ),
    },
  },
  {
    name: 'neurosim14',
    summary: 'DNN+NeuroSim 1.4 default',
    conductance: { min: ns14(1.7, 'Mohm'), max: ns14(100, 'kohm') },
    levels: ns14(2, 'levels'),
    program: {
      kind: 'relative',
      to: 'conductance',
      sigma: of('DNN_NeuroSim_V1.4 --vari, 0.1 as example')(0, 'fraction'),
    },
    ...silent,
    read: { voltage: of('DNN_NeuroSim_V1.4 Param.cpp, at 65 nm')(0.55, 'V'), time: ns14(10, 'ns') },
    write: { set: ns14(2, 'V') },
  },
  {
    name: 'neurosim-plugin',
    summary: 'CiMLoop’s default NeuroSim cell',
    conductance: { min: plugin(900, 'kohm'), max: plugin(6, 'kohm') },
    program: unstated('spread'),
    ...silent,
    read: { voltage: plugin(0.5, 'V'), time: plugin(2, 'ns') },
    write: { set: plugin(2, 'V'), time: plugin(50, 'ns') },
  },
  {
    name: 'isaac',
    summary: 'ISAAC and PRIME, two bits a cell',
    conductance: { min: isaac(20, 'kohm'), max: isaac(1.33, 'kohm') },
    levels: isaac(4, 'levels'),
    program: unstated('spread'),
    ...silent,
    read: {
      voltage: of('CiMLoop rram_isaac cell, PRIME')(0.2, 'V'),
      time: of('CiMLoop rram_isaac cell, PRIME')(1, 'ns'),
    },
    write: { set: isaac(2, 'V'), time: isaac(40, 'ns') },
  },
  {
    name: 'isaac-cs',
    summary: 'ISAAC as CrossSim configures it',
    conductance: { min: isaacCs(2, 'Mohm'), max: isaacCs(2, 'kohm') },
    levels: isaacCs(4, 'levels'),
    program: unstated('spread'),
    ...silent,
  },
  {
    name: 'mnsim',
    summary: 'MNSIM default, spread of 1 % of the resistance',
    conductance: { min: mnsim(1, 'Mohm'), max: mnsim(10, 'kohm') },
    levels: mnsim(2, 'levels'),
    program: { kind: 'relative', to: 'resistance', sigma: mnsim(1, 'percent') },
    ...silent,
    read: { voltage: nthu(0.15, 'V'), time: nthu(3.16, 'ns') },
    write: { set: mnsim(3, 'V'), time: mnsim(10, 'ns') },
    faults: { stuckLow: mnsim(0.1, 'percent'), stuckHigh: mnsim(0.1, 'percent') },
  },
  {
    name: 'nvsim-sample',
    summary: 'NVSim sample cell, resistances as read',
    conductance: { min: nvsim(10, 'Mohm'), max: nvsim(1, 'Mohm') },
    levels: nvsim(2, 'levels'),
    program: unstated('spread'),
    ...silent,
    read: { voltage: nvsim(0.4, 'V') },
    write: { set: nvsim(2, 'V'), time: nvsim(10, 'ns'), energy: nvsim(0.6, 'pJ') },
  },
  {
    name: 'agsi',
    summary: 'Ag:Si of MLP+NeuroSim 3.0, spread from cycle to cycle of 3.5 % of the range',
    conductance: { min: mlp(3.077, 'nS'), max: mlp(38.46, 'nS') },
    levels: of('MLP_NeuroSim_V3.0 Cell.cpp: 97 up, 100 down')(97, 'levels'),
    program: { kind: 'relative', to: 'range', sigma: mlp(3.5, 'percent') },
    ...silent,
    read: { voltage: mlp(0.5, 'V'), time: mlp(5, 'ns') },
    write: { set: mlp(3.2, 'V'), reset: mlp(-2.8, 'V'), time: mlp(300, 'us') },
  },
  {
    name: 'crosssim-default',
    summary: 'CrossSim default',
    conductance: { min: crosssim(10, 'kohm'), max: crosssim(1, 'kohm') },
    program: { kind: 'none', source: 'CrossSim xbar_parameters.py: 0' },
    ...silent,
    read: { voltage: crosssim(0.1, 'V') },
  },
];

/** All presets by name, in the order of their listing. */
export const devicePresets: ReadonlyMap<string, DeviceModel> = new Map(
  descriptions.map((d) => [d.name, parseDevice(d)]),
);

/** A preset, some of its fields replaced: `devicePreset('wan2022', { program: ... })`. Throws PR0900, PR0901, PR0902. */
export function devicePreset(name: string, changes: Partial<DeviceDescription> = {}): DeviceModel {
  const found = devicePresets.get(name);
  if (!found) {
    const known = [...devicePresets.keys()].join(', ');
    throw new PrunusError('PR0900', `there is no device ${name}`, `use one of ${known}, or describe one of your own`);
  }
  return Object.keys(changes).length > 0 ? parseDevice({ ...found, ...changes }) : found;
}
