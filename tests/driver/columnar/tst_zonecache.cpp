// SPDX-License-Identifier: Apache-2.0
#include "columnar/zonecache.h"

#include <QTest>

#include <chrono>

using namespace Grebe;

class tst_ZoneCache : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyHour_data();
    void everyHour();
    void offsets();
    void unknown();
    void zonesInTurn();
};

void tst_ZoneCache::everyHour_data()
{
    QTest::addColumn<QByteArray>("zone");
    for (const char *zone : {"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tokyo"})
        QTest::newRow(zone) << QByteArray(zone);
}

/// What the cache says is what the rules say, in whatever order times come.
void tst_ZoneCache::everyHour()
{
    using namespace std::chrono;
    QFETCH(QByteArray, zone);
    const auto *rules = locate_zone(std::string_view(zone));
    const qint64 begin = sys_days(2009y / 1 / 1).time_since_epoch().count() * 86400LL, end = sys_days(2014y / 1 / 1).time_since_epoch().count() * 86400LL;
    ZoneCache forward, backward;
    const auto expected = [&](qint64 local) -> std::optional<qint64> {
        const auto info = rules->get_info(local_seconds(seconds(local)));
        if (info.result == local_info::nonexistent)
            return {};
        return local - info.first.offset.count();
    };
    int gapCount = 0;
    for (qint64 i = 0; begin + i < end; i += 1800) {
        const auto there = expected(begin + i);
        gapCount += !there;
        if (forward.toUtc(begin + i, std::string_view(zone)) != there || backward.toUtc(end - i, std::string_view(zone)) != expected(end - i))
            QFAIL(qPrintable(QStringLiteral("at %1").arg(begin + i)));
    }
    QCOMPARE(gapCount > 0, zone != "Asia/Kathmandu" && zone != "Asia/Tokyo");
}

void tst_ZoneCache::offsets()
{
    ZoneCache cache;
    QCOMPARE(cache.toUtc(7200, "+02:00"), 0);
    QCOMPARE(cache.toUtc(0, "-00:30"), 1800);
    QCOMPARE(cache.toUtc(0, "UTC"), 0);
    QCOMPARE(cache.toUtc(0, "Z"), 0);
    QCOMPARE(cache.toUtc(qint64(-1) << 40, "+01:00"), (qint64(-1) << 40) - 3600);
    for (const char *wrong : {"", "+", "+1", "+0200", "+02:0x", "+02-00", "02:00"})
        QVERIFY2(!cache.toUtc(0, wrong), wrong);
}

void tst_ZoneCache::unknown()
{
    ZoneCache cache;
    QVERIFY(!cache.toUtc(0, "Mars/Phobos"));
    QVERIFY(!cache.toUtc(0, "Mars/Phobos"));
    QVERIFY(cache.toUtc(0, "Europe/Berlin"));
    QVERIFY(!cache.toUtc(qint64(1) << 40, "Europe/Berlin")); // the year 36812
    QVERIFY(!cache.toUtc(0, std::string_view("Europe/Berlin\0", 14)));
}

void tst_ZoneCache::zonesInTurn()
{
    ZoneCache cache;
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(cache.toUtc(1785587696, "Europe/Berlin"), 1785587696 - 7200); // summer
        QCOMPARE(cache.toUtc(1785587696, "UTC"), 1785587696);
        QCOMPARE(cache.toUtc(1769949296, "Europe/Berlin"), 1769949296 - 3600); // winter
        QCOMPARE(cache.toUtc(1785587696, "+05:45"), 1785587696 - 20700);
    }
}

QTEST_APPLESS_MAIN(tst_ZoneCache)
#include "tst_zonecache.moc"
