/**
 * What a design file imports: the language, the components to build from, and SPRINT as a whole; for programs around designs also
 * elaboration, emission, golden models and simulation.
 */

// The language.
export {
  type Component,
  defineComponent,
  type Forms,
  type LeafDefinition,
  type Part,
  type Rule,
  type Template,
} from './dsl/component.ts';
export {
  bits,
  bus,
  counter,
  type Field,
  flag,
  type Interface,
  type Item,
  type Many,
  many,
  type Payload,
  payload,
  type Scalar,
  type Stream,
  signed,
  stream,
  type Vector,
  vector,
  type Wire,
  wire,
} from './dsl/kinds.ts';
export { choice, group, integer, powerOfTwo, real, toggle } from './dsl/parameters.ts';
export { input, master, output, type Ports, slave } from './dsl/ports.ts';
export type { Io, Process } from './dsl/process.ts';
export { accelerator, defineStructure, type Kit, type Sink, type Source } from './dsl/structure.ts';

// Components, and what their ports carry.
export { bankControl } from './components/bank-control/bank-control.ts';
export { channelControl } from './components/channel-control/channel-control.ts';
export { corelet, partialBits, type Scores, type ScoringExtension } from './components/corelet/corelet.ts';
export { crossbarTile } from './components/crossbar-tile/crossbar-tile.ts';
export { fifo } from './components/fifo/fifo.ts';
export { fillRouter } from './components/fill-router/fill-router.ts';
export { fork } from './components/fork/fork.ts';
export { deal } from './components/deal/deal.ts';
export { collect } from './components/collect/collect.ts';
export { valuePath } from './components/value-path/value-path.ts';
export { mainMemory, memoryBank, memoryChannel } from './components/main-memory/main-memory.ts';
export { merge } from './components/merge/merge.ts';
export { normaliser } from './components/normaliser/normaliser.ts';
export * from './components/payloads.ts';
export { peak } from './components/peak/peak.ts';
export { prunedJoin } from './components/pruned-join/pruned-join.ts';
export { queryDispatch, rowNumberPayload } from './components/query-dispatch/query-dispatch.ts';
export { queryKeyUnit } from './components/query-key-unit/query-key-unit.ts';
export { reciprocal } from './components/reciprocal/reciprocal.ts';
export { requestRouter } from './components/request-router/request-router.ts';
export { configurePayload, loadPayload, requestedQueryPayload, sequencer } from './components/sequencer/sequencer.ts';
export { saturate } from './components/saturate/saturate.ts';
export { softmax } from './components/softmax/softmax.ts';
export { memoryBus, sram } from './components/sram/sram.ts';
export { tokenSelect } from './components/token-select/token-select.ts';
export { tokenStore } from './components/token-store/token-store.ts';
export { totalMerge } from './components/total-merge/total-merge.ts';
export { valueUnit } from './components/value-unit/value-unit.ts';
export { weightSum } from './components/weight-sum/weight-sum.ts';
export { writeRouter } from './components/write-router/write-router.ts';

// Of LeOPArd and HARDSEA.
export { codebookArray } from './components/codebook-array/codebook-array.ts';
export { codebookDrive } from './components/codebook-drive/codebook-drive.ts';
export { headSetup, setupPayload } from './components/head-setup/head-setup.ts';
export { indexQueue } from './components/index-queue/index-queue.ts';
export { indexWalk } from './components/index-walk/index-walk.ts';
export { keptAttention } from './components/kept-attention/kept-attention.ts';
export { keyDispatch } from './components/key-dispatch/key-dispatch.ts';
export { outcomeCollect } from './components/outcome-collect/outcome-collect.ts';
export { querySplit } from './components/query-split/query-split.ts';
export { relevance } from './components/relevance/relevance.ts';
export { relevanceSelect } from './components/relevance-select/relevance-select.ts';
export { rowDot } from './components/row-dot/row-dot.ts';
export { rowGather } from './components/row-gather/row-gather.ts';
export { scoreScale } from './components/score-scale/score-scale.ts';
export { serialDot } from './components/serial-dot/serial-dot.ts';
export { sramCim } from './components/sram-cim/sram-cim.ts';
export { survivorSplit } from './components/survivor-split/survivor-split.ts';
export { survivorWays } from './components/survivor-ways/survivor-ways.ts';
export { valueFetch } from './components/value-fetch/value-fetch.ts';
export { valueSplit } from './components/value-split/value-split.ts';
export { wordRoute } from './components/word-route/word-route.ts';
export * from './components/dot-payloads.ts';
export * from './components/relevance-payloads.ts';

// Systems around designs.
export { axi, axiLite, axiStream } from './components/axi.ts';
export { type RegisterMap, registerMap } from './components/register-map.ts';
export { watchBuses } from './system/bus-watch.ts';
export { driverFiles } from './system/c-driver.ts';
export { systemFiles } from './system/files.ts';
export { type SystemChoice, type SystemOptions, systemParameters } from './system/options.ts';
export { type System, systemOf, systemTop } from './system/system.ts';
export { openSystem, type SystemSimulation } from './sim/system.ts';

// Architectures.
export type { Architecture } from './architectures/architecture.ts';
export { architectureNames, loadArchitecture, presets } from './architectures/names.ts';
export { architectures } from './architectures/registry.ts';
export { machines } from './explore/machines/index.ts';
export type { AttentionHead, HeadOutput } from './architectures/head.ts';
export { type HardseaHead, type HardseaOutput, hardseaHead } from './architectures/hardsea/functional.ts';
export { hardsea, hardseaPorts } from './architectures/hardsea/hardsea.ts';
export {
  type HardseaInput,
  type HardseaParameters,
  hardseaParameters,
} from './architectures/hardsea/parameters.ts';
export { hardseaPresets } from './architectures/hardsea/presets.ts';
export { type LeopardOutput, leopardHead } from './architectures/leopard/functional.ts';
export { leopard, leopardPorts } from './architectures/leopard/leopard.ts';
export {
  type LeopardInput,
  type LeopardParameters,
  leopardParameters,
  leopardShape,
} from './architectures/leopard/parameters.ts';
export { leopardPresets } from './architectures/leopard/presets.ts';
export { type SprintFunctionalDesign, sprintHead } from './architectures/sprint/functional.ts';
export {
  type SprintInput,
  type SprintParameters,
  sprintParameters,
  sprintShape,
} from './architectures/sprint/parameters.ts';
export { sprintPresets } from './architectures/sprint/presets.ts';
export { sprint, sprintPorts, sprintWith } from './architectures/sprint/sprint.ts';

// From a design to files, results and simulations.
export { elaborate } from './dsl/elaborate.ts';
export type { Elaborated, Netlist, NetModule } from './dsl/netlist.ts';
export { type NetworkInput, runGolden } from './dsl/network.ts';
export { watchStreams } from './dsl/watch.ts';
export { type EmittedFile, emitDesign, selectFiles } from './emit/design.ts';
export { type Problem, ProblemsError, PrunusError, printProblem } from './errors.ts';
export { designFiles, readTemplate } from './sim/design-files.ts';
export { type AttentionReport, type AttentionRequest, runAttention } from './explore/attention.ts';
export type { Counters } from './explore/counters.ts';
export { type HeadDesign, headDesign } from './explore/head-design.ts';
export { functionalDesign } from './explore/machines/sprint.ts';
export type { CaseResult, SimCase, SimItem, Stall } from './sim/cases.ts';
export { type Comparison, compareResults, type Expected, type Mismatch, printMismatch } from './sim/compare.ts';
export { simTop } from './sim/from-design.ts';
export { openSimulation, type Simulation, type SimulationOptions } from './sim/simulation.ts';
export type { SimTop } from './sim/top.ts';
export { encodeNpy, type NpyArray, readNpy, writeNpy } from './workload/npy.ts';
export { type CodebookFile, readCodebookFile, writeCodebookFile } from './workload/codebook-file.ts';
export { codebookScheme, mixedTensors } from './workload/codebook-mix.ts';
export { trainCodebooks } from './workload/codebook-training.ts';
export { type AttentionTensors, loadAttention } from './workload/tensors.ts';
export { loadThresholds, readThresholdFile, type ThresholdFile } from './workload/threshold-file.ts';
