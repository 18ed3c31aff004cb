/* Data that a thread has by key (pthread_key_create), and its end with the thread. */
#pragma once

struct thread;

/* Calls the destructors of the calling thread's values; it is about to end. */
void keys_destroy(struct thread *self);
