/** Real clients play to the end. */
import '../clients.test.ts';
