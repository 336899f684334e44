import { codebookArray } from '../../components/codebook-array/codebook-array.ts';
import { codebookDrive } from '../../components/codebook-drive/codebook-drive.ts';
import { collect } from '../../components/collect/collect.ts';
import { deal } from '../../components/deal/deal.ts';
import { multiplierPayload } from '../../components/dot-payloads.ts';
import { fifo } from '../../components/fifo/fifo.ts';
import { fork } from '../../components/fork/fork.ts';
import { headSetup, setupPayload } from '../../components/head-setup/head-setup.ts';
import { indexWalk } from '../../components/index-walk/index-walk.ts';
import { keptAttention } from '../../components/kept-attention/kept-attention.ts';
import { resultPayload } from '../../components/payloads.ts';
import { querySplit, relevanceThresholdBits } from '../../components/query-split/query-split.ts';
import { relevanceSelect } from '../../components/relevance-select/relevance-select.ts';
import {
  codebookPayload,
  gatherQueryPayload,
  idBits,
  keptWordPayload,
  keyWords,
  presencePayload,
  relevanceBits,
  relevancePayload,
  soughtRelevancePayload,
} from '../../components/relevance-payloads.ts';
import { relevance } from '../../components/relevance/relevance.ts';
import { loadPayload, requestedQueryPayload, sequencer, writePayload } from '../../components/sequencer/sequencer.ts';
import { rowDots } from '../../components/row-dot/row-dot.ts';
import { sramCim } from '../../components/sram-cim/sram-cim.ts';
import { sram } from '../../components/sram/sram.ts';
import { survivorWays } from '../../components/survivor-ways/survivor-ways.ts';
import { wordRoute } from '../../components/word-route/word-route.ts';
import { counter, stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import {
  elementBits,
  type HardseaParameters,
  hardseaParameters,
  hardseaRules,
  hardseaShape,
  soughtDepth,
} from './parameters.ts';

const widthsOf = (p: HardseaParameters) => ({
  queryBits: elementBits,
  keyBits: elementBits,
  valueBits: elementBits,
  thresholdBits: relevanceThresholdBits(p),
});

/** Streams and counters of the whole accelerator. A head's codebook, where `program` asks for it, comes after its configuration. */
export const hardseaPorts = (p: HardseaParameters) => ({
  configure: input(stream(setupPayload(p.tokens))),
  codebook: input(stream(codebookPayload(p))),
  load: input(stream(loadPayload(p.dim, widthsOf(p)))),
  query: input(stream(requestedQueryPayload(p.dim, widthsOf(p)))),
  result: output(stream(resultPayload(hardseaShape(p).lanes))),
  load_cycles: output(counter()),
  cycles: output(counter()),
  stall_cycles: output(counter()),
  keys_kept: output(counter()),
});

/**
 * HARDSEA (Liu et al., TVLSI 2024; how it is cut is inferred: docs/hardsea.md): crossbars of centroids and a winner-take-all predict which
 * keys are relevant to a query, while a digital SRAM-CIM computes exact attention over those of the queries before it.
 *
 * Nothing waits for something behind it: the parts of a query are split off in one order, and each queue's oldest entry belongs to the
 * query that all the others wait for.
 */
export const hardsea = defineStructure({
  name: 'hardsea',
  summary:
    'HARDSEA: predicts the relevance of keys by product quantisation in ReRAM crossbars with a winner-take-all, and computes exact attention over the relevant ones at the boundary of SRAM.',
  parameters: hardseaParameters,
  rules: hardseaRules,
  ports: hardseaPorts,
  build: (p, { instance, array, connect, pick, port }) => {
    const {
      tokens,
      dim,
      subspaces,
      centroids,
      cellBits,
      dacBits,
      crossingBits,
      lanes: keyLanes,
      queriesAhead,
      rankers,
    } = p;
    const form = p.relevance;
    const { lanes, valueWays } = hardseaShape(p);
    const widths = widthsOf(p);
    const setup = instance(
      'setup',
      headSetup({ tokens, dim, subspaces, centroids, cellBits, crossingBits, relevance: form }),
    );
    const sequence = instance(
      'sequencer',
      sequencer({ tokens, dim, cellBits: elementBits, ...widths, noise: false, lanes, stores: 1 }),
    );
    const writes = instance('writes', fork(writePayload(tokens, dim, elementBits, widths), 3));
    const split = instance('split', querySplit({ tokens, dim, subspaces, crossingBits }));
    const drive = instance(
      'drive',
      codebookDrive({ tokens, dim, dacBits, relevance: form, thresholdBits: widths.thresholdBits }),
    );
    const arrays = instance(
      'codebooks',
      codebookArray({
        tokens,
        dim,
        subspaces,
        centroids,
        cellBits,
        dacBits,
        crossingBits,
        relevance: form,
        evaluation: p.evaluation,
        ...p.device,
        reram: p.reram,
      }),
    );
    const worth = instance(
      'worth',
      relevance({ tokens, subspaces, centroids, crossingBits, relevance: form, lanes: keyLanes }),
    );
    const ids = array('id_data', keyLanes, sram({ role: 'id', depth: keyWords(p), width: subspaces * idBits(p) }));
    const soughtDeal = instance('sought_deal', deal(soughtRelevancePayload(p), rankers, 'item'));
    const soughtQueue = array('sought_queue', rankers, fifo(soughtRelevancePayload(p), soughtDepth(p)));
    const worthDeal = instance('worth_deal', deal(relevancePayload(p), rankers));
    const select = array('selection', rankers, relevanceSelect({ tokens, subspaces, crossingBits, lanes: keyLanes }));
    const chosen = instance('chosen', collect(keptWordPayload(p), rankers));
    const ranked = array(
      'ranking_data',
      rankers,
      sram({ role: 'relevance', depth: keyWords(p), width: keyLanes * relevanceBits(p) }),
    );
    const route = instance('word_route', wordRoute({ tokens, lanes: keyLanes }));
    const words = instance('word_queue', fifo(keptWordPayload(p), p.wordQueue));
    const walk = instance('walk', indexWalk({ tokens, lanes: keyLanes }));
    const queryQueue = instance('query_queue', fifo(gatherQueryPayload(dim), queriesAhead));
    const multiplierQueue = instance('ahead_queue', fifo(multiplierPayload(), queriesAhead));
    const cim = instance('cim', sramCim({ tokens, dim, units: p.units }));
    const dividing = instance('survivor_ways', survivorWays({ ...rowDots(p), valueWays }));
    // Who has to know which queries keep no key: the SRAM-CIM, and each way of the values.
    const presences = instance('presences', fork(presencePayload(), valueWays + 1));
    const presenceQueue = array('presence_queue', valueWays + 1, fifo(presencePayload(), queriesAhead));
    const attention = instance(
      'attention',
      keptAttention({
        tokens,
        dim,
        queryBits: elementBits,
        keyBits: elementBits,
        valueBits: elementBits,
        keyForm: 'twosComplement',
        scoreBits: p.scoreBits,
        contexts: p.contexts,
        valueWays,
        scoreQueue: p.scoreQueue,
        outputBeats: p.outputBeats,
      }),
    );

    connect(port.configure, setup.configure);
    connect(port.codebook, setup.codebook);
    connect(setup.start, sequence.configure);
    connect(port.load, sequence.load);
    connect(port.query, sequence.query);
    connect(sequence.result, port.result);

    connect(sequence.write, writes.from);
    connect(pick(writes.to, 0), drive.write);
    connect(pick(writes.to, 1), cim.write);
    connect(pick(writes.to, 2), attention.write);
    connect(worth.encoded, sequence.loaded);
    connect(sequence.clear, drive.clear);
    connect(sequence.clear, worth.clear);
    connect(sequence.clear, cim.clear);
    for (const turn of [soughtDeal, worthDeal, chosen]) connect(sequence.clear, turn.clear);
    for (const part of [drive, worth, cim, attention]) connect(sequence.length, part.length);
    for (const part of [drive, worth]) connect(sequence.prune, part.prune);
    connect(sequence.causal, worth.causal);
    connect(sequence.length, select.length);
    connect(sequence.causal, select.causal);
    connect(sequence.prune, select.prune);
    connect(setup.noise_seed, arrays.noise_seed);
    connect(setup.programmed, arrays.programmed);
    connect(setup.key_ramp, drive.key_ramp);
    connect(setup.query_ramp, drive.query_ramp);
    connect(setup.top_k, select.top_k);
    connect(setup.diagonal, select.diagonal);

    connect(sequence.rows, split.rows);
    connect(split.driven, drive.row);
    connect(split.sought, soughtDeal.from);
    connect(soughtDeal.to, soughtQueue.put);
    connect(split.queries, queryQueue.put);
    connect(split.multipliers, multiplierQueue.put);

    connect(setup.columns, arrays.columns);
    connect(drive.drive, arrays.drive);
    connect(arrays.crossings, worth.crossings);
    connect(worth.memories, ids.memory);
    if (form === 'table') {
      const table = array(
        'product_data',
        subspaces,
        sram({ role: 'product', depth: centroids, width: centroids * crossingBits }),
      );
      connect(setup.products, worth.products);
      connect(worth.product_memories, table.memory);
    }
    connect(worth.relevances, worthDeal.from);
    connect(worthDeal.to, select.relevances);
    connect(soughtQueue.get, select.sought);
    connect(select.memory, ranked.memory);
    connect(select.words, chosen.from);
    connect(chosen.to, route.words);
    connect(route.kept, words.put);
    connect(route.presence, presences.from);
    connect(presences.to, presenceQueue.put);
    for (let way = 0; way < valueWays; way++) connect(pick(presenceQueue.get, way), pick(dividing.presence, way));
    connect(pick(presenceQueue.get, valueWays), cim.presence);
    connect(words.get, walk.words);

    connect(walk.kept, cim.kept);
    connect(queryQueue.get, cim.queries);
    connect(cim.survivors, dividing.survivors);
    connect(dividing.ways, attention.survivors);
    connect(multiplierQueue.get, attention.multipliers);
    connect(sequence.score_shift, attention.score_shift);
    connect(sequence.exponent_shift, attention.exponent_shift);
    connect(attention.result, sequence.outcome);

    connect(cim.starved, pick(sequence.starved, 0));
    connect(cim.keys_kept, port.keys_kept);
    connect(sequence.load_cycles, port.load_cycles);
    connect(sequence.cycles, port.cycles);
    connect(sequence.stall_cycles, port.stall_cycles);
  },
});
