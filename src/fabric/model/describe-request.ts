import type { Attachment } from '../attachments/attachment.js';
import { promptWithFiles, textWithCutFiles } from '../attachments/body-with-files.js';
import type { ModelDefinition, RenderedPrompt } from '../definition.js';
import type { Inputs } from '../fabric.js';
import { describeHeaders, type RequestDescription } from '../http/request-description.js';
import { modelEndpoint } from './model-endpoint.js';

/**
 * The first request that a row would send, made by what sends it; of its files only the beginnings are shown. Of `apiKeyMasked` it only matters whether
 * there is one: nothing of it is shown.
 *
 * @throws CallError what `render` throws, and `misconfigured` for parameters that are not for a fabric to set.
 */
export function describeRequest(
  definition: ModelDefinition,
  apiKeyMasked: string | undefined,
  render: (inputs: Inputs) => RenderedPrompt,
  inputs: Inputs,
  files: readonly Attachment[] = [],
): RequestDescription {
  const { wire, origin, path, headers } = modelEndpoint(definition, apiKeyMasked && '***');
  const [form] = wire.forms(definition);
  return {
    method: 'POST',
    url: `${origin}${path}`,
    headers: describeHeaders(headers),
    body: textWithCutFiles(form.body(promptWithFiles(render(inputs), files, wire.filePart)), files),
  };
}
