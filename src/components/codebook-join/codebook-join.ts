import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { rowPayload } from '../axi.ts';
import { indexBits } from '../payloads.ts';
import { codebookPayload, codebookRows, idBits, relevanceShape, subspaceRules } from '../relevance-payloads.ts';
import { elementsOf, readElements } from '../row-elements.ts';

const { dim, subspaces, centroids, cellBits, crossingBits, relevance } = relevanceShape;
const parameters = z.strictObject({ dim, subspaces, centroids, cellBits, crossingBits, relevance });
type Shape = z.output<typeof parameters>;

/** Where a row of products begins within a column's bytes: behind the cells, at an even place. */
const productsAt = (p: Pick<Shape, 'dim' | 'subspaces'>): number => 2 * Math.ceil(codebookRows(p) / 2);

/** Bytes of a column of a codebook: a byte a cell, and two bytes a product. */
export const codebookColumnBytes = (p: Pick<Shape, 'dim' | 'subspaces' | 'centroids' | 'relevance'>): number =>
  p.relevance === 'table' ? productsAt(p) + 2 * p.centroids : codebookRows(p);

/** Columns of a codebook as bytes, subspace by subspace. */
export const codebookJoin = defineComponent({
  name: 'codebook_join',
  summary: "Numbers a codebook's columns, which come subspace by subspace, and takes their cells out of bytes.",
  parameters,
  rules: subspaceRules,
  ports: (p) => ({
    columns: input(stream(rowPayload(codebookColumnBytes(p)))),
    codebook: output(stream(codebookPayload(p))),
  }),
  template: { file: 'codebook-join/codebook-join.v.hbs' },
  constants: (p) => ({ SUBSPACE: indexBits(p.subspaces), ID: idBits(p) }),
  view: (p) => {
    const rows = codebookRows(p);
    const table = p.relevance === 'table';
    return {
      cells: elementsOf('cell_bytes', rows, p.cellBits + 1),
      cellBytes: 8 * rows - 1,
      table,
      products: Array.from({ length: p.centroids }, (_, i) => 16 * (p.centroids - 1 - i)).map(
        (low) => `product_bytes[${low + p.crossingBits - 1}:${low}]`,
      ),
      productLow: 8 * productsAt(p),
      productHigh: 8 * codebookColumnBytes(p) - 1,
      productBytes: 16 * p.centroids - 1,
      lastSubspace: p.subspaces - 1,
      lastColumn: p.centroids - 1,
    };
  },
  *model(p, io): Process {
    for (let n = 0; ; n = (n + 1) % (p.subspaces * p.centroids)) {
      const { data } = yield* io.columns.take();
      const bytes = Array.from(data);
      const products = readElements(bytes.slice(productsAt(p)), p.centroids, 16).map(
        (x) => x & (2 ** p.crossingBits - 1),
      );
      io.codebook.put({
        subspace: Math.floor(n / p.centroids),
        column: n % p.centroids,
        cells: readElements(bytes, codebookRows(p), p.cellBits + 1),
        ...(p.relevance === 'table' ? { products } : {}),
      });
    }
  },
});
