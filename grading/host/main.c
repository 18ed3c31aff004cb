/* Runs all tests, or those whose names contain an argument; each in a process of its own. */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>

#include "fake_machine.h"

#define TEST_SECONDS 60

static uint64_t seed;

static struct {
    const uint8_t *bytes;
    size_t size;
} judged;

/* Called by the sanitizers before they end the process, and on abort(). */
static void keep_input(void)
{
    const char *name = getenv("FAILED");
    if (judged.bytes == NULL || name == NULL)
        return;
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || write(file, judged.bytes, judged.size) != (ssize_t)judged.size)
        return;
    close(file);
    fprintf(stderr, "# the input is kept in %s\n", name);
    judged.bytes = NULL;
}

static void on_signal(int number)
{
    keep_input();
    signal(number, SIG_DFL);
    raise(number);
}

void judge(judge_function *subject, const uint8_t *input, size_t size)
{
    judged.bytes = input;
    judged.size = size;
    subject(input, size);
    judged.bytes = NULL;
}

enum verdict { PASSED, FAILED, NOT_DONE };

static enum verdict run(const struct test *test)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        __sanitizer_set_death_callback(keep_input);
        signal(SIGABRT, on_signal);
        signal(SIGALRM, on_signal);
        alarm(TEST_SECONDS);
        random_state = seed; /* so that a test draws the same when it runs alone */
        test->run();
        exit(0);
    }

    int status;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return FAILED;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        fprintf(stderr, "# not at an end after %d seconds\n", TEST_SECONDS);
    if (WIFEXITED(status) && WEXITSTATUS(status) == HOST_NOT_DONE)
        return NOT_DONE;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? PASSED : FAILED;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]) != NULL)
            return true;
    return argc == 1;
}

static bool is_verbose(void)
{
    const char *text = getenv("V");
    return text != NULL && *text != '\0';
}

static bool seed_from_environment(void)
{
    const char *text = getenv("SEED");
    if (text == NULL || *text == '\0')
        return getrandom(&seed, sizeof seed, 0) == sizeof seed;
    char *end;
    seed = strtoull(text, &end, 0);
    if (*end != '\0')
        fprintf(stderr, "host: SEED=%s is no number\n", text);
    return *end == '\0';
}

int main(int argc, char **argv)
{
#define LIST(subject) subject##_tests,
    static const struct test *const lists[] = {SUBJECTS(LIST) corpus_tests};
    static const char *const words[] = {"ok", "not ok", "not done"};
    unsigned counts[3] = {0};

    if (!seed_from_environment())
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const struct test *test = lists[i]; test->name != NULL; test++) {
            if (!is_wanted(test->name, argc, argv))
                continue;
            enum verdict verdict = run(test);
            counts[verdict]++;
            if (verdict != PASSED || is_verbose())
                printf("%s %s\n", words[verdict], test->name);
            if (verdict == FAILED)
                printf("# to repeat: SEED=%llu ONLY=%s\n", (unsigned long long)seed, test->name);
        }

    if (counts[PASSED] + counts[FAILED] + counts[NOT_DONE] == 0) {
        fprintf(stderr, "host: no such test\n");
        return 2;
    }
    printf("host: %u passed, %u failed", counts[PASSED], counts[FAILED]);
    if (counts[NOT_DONE])
        printf(", %u not done", counts[NOT_DONE]);
    printf("\n");
    return counts[FAILED] + counts[NOT_DONE] > 0;
}
