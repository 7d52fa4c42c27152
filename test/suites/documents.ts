/** What the documents say, and the house itself. */
import '../api-answers.test.ts';
import '../api-document.test.ts';
import '../docker-compose.test.ts';
import '../docker-image.test.ts';
import '../docker-workflow.test.ts';
import '../documents.test.ts';
import '../documents-api.test.ts';
import '../documents-citations.test.ts';
import '../documents-examples.test.ts';
import '../documents-glossary.test.ts';
import '../documents-words.test.ts';
import '../host-port.test.ts';
import '../house.test.ts';
import '../monitoring.test.ts';
