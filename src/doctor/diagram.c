/* SPDX-License-Identifier: MIT */
/* diagram.c - see diagram.h */

#include "doctor/diagram.h"

/* All lengths are pixels. */
#define WIDTH 720u
#define TIME_X 110u
#define CLIENT_X 200u
#define SERVER_X 480u
#define STEP 22u
#define TITLE_HEIGHT 76u /* a title, and the names of the life lines */
#define MARGIN 16u

/* The texts are those of this program: none has a character that XML would need escaped. */
static const char usual_title[] = "Hello, through a relay that loses nothing";

static size_t left_out_of(const struct wire *wire)
{
    return wire_left_out(wire, DIAGRAM_FIRST, DIAGRAM_LAST);
}

/* Returns the events that are drawn, and one more for those that are left out. */
static size_t steps_of(const struct wire *wire)
{
    return left_out_of(wire) > 0 ? DIAGRAM_FIRST + 1 + DIAGRAM_LAST : wire->count;
}

static size_t height_of(const struct wire *wire)
{
    return wire->count > 0 ? TITLE_HEIGHT + STEP * (steps_of(wire) + 1) : 0;
}

static void write_arrow(FILE *file, size_t y, const struct wire_event *event)
{
    bool is_signal = event->kind == WIRE_SIGNAL;

    fprintf(file, "<line class=\"%s\" x1=\"%u\" y1=\"%zu\" x2=\"%u\" y2=\"%zu\"/>\n",
            is_signal ? "signal" : "answer", is_signal ? CLIENT_X : SERVER_X, y,
            is_signal ? SERVER_X - 1 : CLIENT_X + 1, y);
    fprintf(file, "<text class=\"middle\" x=\"%u\" y=\"%zu\">%s</text>\n",
            (CLIENT_X + SERVER_X) / 2, y - 4, wire_signal_name(event));
}

static void write_event(FILE *file, size_t y, const struct wire_event *event)
{
    fprintf(file, "<text class=\"time\" x=\"%u\" y=\"%zu\">%.3f ms</text>\n", TIME_X, y + 4,
            (double)event->time_ns / 1e6);
    if (wire_is_signal(event->kind))
        write_arrow(file, y, event);
    else
        fprintf(file,
                "<circle cx=\"%u\" cy=\"%zu\" r=\"4\"/>\n"
                "<text x=\"%u\" y=\"%zu\">%s</text>\n",
                CLIENT_X, y, CLIENT_X + 10, y + 4, wire_text(event->kind));
}

static void write_life_line(FILE *file, unsigned x, size_t top, size_t bottom, const char *name)
{
    fprintf(file,
            "<text class=\"middle name\" x=\"%u\" y=\"%zu\">%s</text>\n"
            "<line class=\"life\" x1=\"%u\" y1=\"%zu\" x2=\"%u\" y2=\"%zu\"/>\n",
            x, top - 8, name, x, top, x, bottom);
}

static void write_wire(FILE *file, size_t top, const char *title, const struct wire *wire)
{
    size_t y = top + TITLE_HEIGHT, left_out = left_out_of(wire);

    if (wire->count == 0)
        return;
    fprintf(file, "<text class=\"title\" x=\"%u\" y=\"%zu\">%s</text>\n", MARGIN, top + 24, title);
    write_life_line(file, CLIENT_X, y - STEP / 2, top + height_of(wire) - STEP, "client");
    write_life_line(file, SERVER_X, y - STEP / 2, top + height_of(wire) - STEP, "server");
    for (size_t i = 0; i < wire->count; i++, y += STEP) {
        if (i == DIAGRAM_FIRST && left_out > 0) {
            fprintf(file, "<text class=\"time\" x=\"%u\" y=\"%zu\">... %zu more</text>\n", TIME_X,
                    y + 4, left_out);
            i += left_out;
            y += STEP;
        }
        write_event(file, y, &wire->events[i]);
    }
}

static void write_head(FILE *file, size_t height)
{
    fprintf(file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%zu\">\n"
            "<style>\n"
            "text { font: 13px sans-serif }\n"
            ".title { font-weight: bold; font-size: 15px }\n"
            ".name { font-weight: bold }\n"
            ".middle { text-anchor: middle }\n"
            ".time { text-anchor: end; fill: #555 }\n"
            ".life { stroke: #999 }\n"
            ".signal { stroke: #05a; marker-end: url(#end) }\n"
            ".answer { stroke: #a50; marker-end: url(#end) }\n"
            "circle { fill: #c00 }\n"
            "</style>\n"
            "<marker id=\"end\" markerWidth=\"8\" markerHeight=\"8\" refX=\"8\" refY=\"4\" "
            "orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\"/></marker>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH, height);
}

void diagram_write(const struct report *report, FILE *file)
{
    size_t top = MARGIN, height = height_of(&report->usual) + 2 * (size_t)MARGIN;

    for (unsigned cause = 0; cause < CAUSES; cause++)
        height += height_of(&report->findings[cause].wire);
    write_head(file, height);
    write_wire(file, top, usual_title, &report->usual);
    top += height_of(&report->usual);
    for (unsigned cause = 0; cause < CAUSES; cause++) {
        const struct wire *wire = &report->findings[cause].wire;

        write_wire(file, top, cause_text(cause)->finding, wire);
        top += height_of(wire);
    }
    fputs("</svg>\n", file);
}
