import { type Include, promptEngine } from './prompt-engine.js';
import { templatesWithStrayWords } from './stray-words.js';
import { problemAt, type TemplateProblem, templateProblems } from './template-problem.js';

/** What a look at a template finds, before the files that it includes are known. */
export interface TemplateCheck {
  readonly problems: readonly TemplateProblem[];
  readonly includes: readonly Include[];
}

/** Parses a template, to find all that is wrong with it and the files that it includes. Nothing is rendered. */
export function checkTemplate(text: string): TemplateCheck {
  const includes: Include[] = [];
  const engine = promptEngine({
    partials: {},
    findsAll: true,
    onInclude: (include) => includes.push(include),
  });
  try {
    const templates = engine.parse(text);
    const stray = [...templatesWithStrayWords(templates)].map(({ token }) =>
      problemAt(token, 'wanted one value, got several; a column with a space in its name is row["its name"]'),
    );
    return { problems: stray, includes };
  } catch (error) {
    return { problems: templateProblems(error, engine), includes };
  }
}
