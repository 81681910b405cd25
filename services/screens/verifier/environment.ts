import { z } from 'zod';

// Schemas are not to be compiled: the policy of the page permits no code made of text. Has to come before all schemas.
z.config({ jitless: true });
