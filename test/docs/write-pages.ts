import { writeFileSync } from 'node:fs';
import { drawPicture, picturePath } from './support/picture.ts';
import { pages, pageText, regenerate } from './support/pages.ts';
import { explanations, explanationsPath } from './support/problem-codes.ts';
import { outputSchema, outputSchemaPath } from './support/output-schema.ts';
import { pathInRepository } from './support/source.ts';

writeFileSync(explanationsPath, explanations());
writeFileSync(outputSchemaPath, outputSchema());
for (const page of pages) {
  writeFileSync(pathInRepository(page), await regenerate(pageText(page)));
}
writeFileSync(picturePath, await drawPicture());
