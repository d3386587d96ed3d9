import { behindLinks } from '../../checkpoint/behind-links.js';
import type { Processes } from '../../checkpoint/lock.js';
import { replaceFileAmongOthers } from '../../checkpoint/replace-file.js';
import { readViewAssets } from '../../monitor/view/view-assets.js';
import type { ViewFacts } from '../../monitor/view/view-forms.js';
import { heldPage, VIEW_GENERATOR } from '../../monitor/view/view-page.js';
import { formatCount } from '../../wording/wording.js';
import { checkPagePlace } from '../places/page-place.js';
import type { Place } from '../places/places.js';
import { SetUpError } from '../settings/set-up-error.js';
import { type FoundOutput, findOutput, type ViewedOutput } from './find-output.js';
import { OpenedOutput } from './opened-output.js';

/** Rows of a page that holds them itself: browsers become slow with more. */
export const MOST_HELD_ROWS = 10_000;

/** Characters of a value in such a page. */
const MOST_CHARACTERS = 20_000;

/**
 * Makes one page that has all rows of an output in it, and needs nothing else.
 *
 * @param page where it goes; `-`: it is returned alone.
 * @returns the page and its path, undefined where it is not written yet.
 * @throws SetUpError where there are too many rows, or the page would replace something that is none; InputError
 */
export async function writePage(
  viewed: ViewedOutput & { readonly page: string },
  processes: Processes,
): Promise<{ readonly text: string; readonly path: string | undefined }> {
  const { output, page } = viewed;
  const found = await findOutput(viewed, processes);
  const path = page === '-' ? undefined : page;
  if (path !== undefined) await checkPagePlace(path, placesOf(output, found), PAGE);
  const opened = await OpenedOutput.open(found);
  await opened.index(MOST_HELD_ROWS + 1);
  if (opened.problem !== undefined) throw opened.problem;
  const { file, failed } = opened.rows;
  if (file.rows > MOST_HELD_ROWS) {
    throw new SetUpError(
      `${output} has more than ${formatCount(MOST_HELD_ROWS)} rows, too many for one page; leave -o out to read them all`,
    );
  }
  const facts: ViewFacts = {
    output,
    fabric: found.run?.fabric,
    state: found.run?.state,
    isLive: false,
    fields: opened.fields,
    rows: file.rows,
    share: 1,
    values: opened.values,
    failures: failed.counts,
    unreadable: { input: failed.unreadable, output: file.unreadable },
    generation: 1,
  };
  const places = Array.from({ length: file.rows }, (_, index) => index + 1);
  const text = heldPage({ facts, rows: await opened.whole(places, MOST_CHARACTERS) }, readViewAssets());
  if (path !== undefined) await replaceFileAmongOthers(await behindLinks(path), text);
  return { text, path };
}

const PAGE = { what: 'the page', kind: 'page of rows', mark: VIEW_GENERATOR } as const;

function placesOf(output: string, { path, letters }: FoundOutput): Place[] {
  return [
    { what: 'the output', path: output, use: 'read' },
    ...(path === output ? [] : [{ what: 'the unfinished output', path, use: 'read' } as const]),
    { what: 'the dead letters', path: letters.path, use: 'read' },
  ];
}
