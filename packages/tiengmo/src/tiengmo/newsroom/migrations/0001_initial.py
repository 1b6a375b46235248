import django.db.models.deletion
import django.utils.timezone
import modelcluster.fields
import tiengmo.newsroom.languages
import wagtail.fields
import wagtail.models.preview
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0001_initial'),
        ('voices', '0001_initial'),
        ('wagtailcore', '0098_apitoken'),
        ('wagtailimages', '0027_image_description'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Bulletin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('live', models.BooleanField(default=True, editable=False, verbose_name='đã phát hành')),
                ('has_unpublished_changes', models.BooleanField(default=False, editable=False, verbose_name='có thay đổi chưa phát hành')),
                ('first_published_at', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='phát hành lần đầu lúc')),
                ('last_published_at', models.DateTimeField(editable=False, null=True, verbose_name='phát hành gần nhất lúc')),
                ('go_live_at', models.DateTimeField(blank=True, null=True, verbose_name='thời điểm phát hành')),
                ('expire_at', models.DateTimeField(blank=True, null=True, verbose_name='thời điểm hết hạn')),
                ('expired', models.BooleanField(default=False, editable=False, verbose_name='đã hết hạn')),
                ('locked', models.BooleanField(default=False, editable=False, verbose_name='đã khoá')),
                ('locked_at', models.DateTimeField(editable=False, null=True, verbose_name='khoá lúc')),
                ('headline', models.CharField(help_text='Nhiều nhất 120 ký tự, vừa một dòng bảng điện tử.', max_length=120, verbose_name='tiêu đề')),
                ('short_text', models.CharField(blank=True, help_text='Nhiều nhất 160 ký tự, vừa một tin nhắn.', max_length=160, verbose_name='tin ngắn')),
                ('script', models.TextField(blank=True, help_text='Đúng từng chữ sẽ được đọc trên loa. Số, ngày, chữ viết tắt được đọc thành lời.', verbose_name='lời đọc trên loa')),
                ('sound_script', models.TextField(blank=True, editable=False)),
                ('summary', models.TextField(blank=True, help_text='Một hai câu, hiện dưới tiêu đề trên cổng thông tin.', verbose_name='tóm tắt')),
                ('body', wagtail.fields.RichTextField(blank=True, verbose_name='bài viết')),
                ('picture_alt', models.CharField(blank=True, help_text='Đọc cho người không nhìn thấy ảnh.', max_length=200, verbose_name='mô tả ảnh')),
                ('audience', models.JSONField(blank=True, default=list, verbose_name='gửi tới đâu')),
                ('channels', models.JSONField(blank=True, default=list, verbose_name='qua kênh nào')),
                ('priority', models.CharField(choices=[('routine', 'thường'), ('priority', 'ưu tiên: ngắt bài thường đang phát')], default='routine', max_length=12, verbose_name='mức độ')),
                ('release_at', models.DateTimeField(blank=True, help_text='Để trống: phát hành ngay khi được duyệt.', null=True, verbose_name='phát hành lúc')),
                ('window_end_at', models.DateTimeField(blank=True, help_text='Loa mất kết nối nếu trở lại trước lúc này vẫn phát.', null=True, verbose_name='phát muộn nhất đến')),
                ('stage', models.CharField(choices=[('draft', 'đang soạn'), ('in_review', 'chờ duyệt'), ('sent_back', 'trả lại'), ('cleared', 'đã duyệt'), ('withdrawn', 'đã gỡ')], db_index=True, default='draft', editable=False, max_length=12, verbose_name='trạng thái')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tạo lúc')),
                ('author', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='bulletins', to=settings.AUTH_USER_MODEL, verbose_name='người viết')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='phiên bản mới nhất')),
                ('live_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='phiên bản đã phát hành')),
                ('locked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='locked_%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='người khoá')),
                ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailimages.image', verbose_name='ảnh')),
                ('sound', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='voices.sound', verbose_name='âm thanh')),
                ('unit', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='bulletins', to='places.unit', verbose_name='đơn vị')),
            ],
            options={
                'verbose_name': 'bản tin',
                'verbose_name_plural': 'bản tin',
                'ordering': ['-created_at'],
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name='ReviewRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('workflow', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='route', to='wagtailcore.workflow')),
            ],
        ),
        migrations.CreateModel(
            name='UnitApprovalTask',
            fields=[
                ('task_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.task')),
                ('unit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='approval_task', to='places.unit')),
            ],
            options={
                'verbose_name': 'bước duyệt của đơn vị',
                'verbose_name_plural': 'các bước duyệt của đơn vị',
            },
            bases=('wagtailcore.task',),
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('headline', models.CharField(help_text='Nhiều nhất 120 ký tự, vừa một dòng bảng điện tử.', max_length=120, verbose_name='tiêu đề')),
                ('short_text', models.CharField(blank=True, help_text='Nhiều nhất 160 ký tự, vừa một tin nhắn.', max_length=160, verbose_name='tin ngắn')),
                ('script', models.TextField(blank=True, help_text='Đúng từng chữ sẽ được đọc trên loa. Số, ngày, chữ viết tắt được đọc thành lời.', verbose_name='lời đọc trên loa')),
                ('sound_script', models.TextField(blank=True, editable=False)),
                ('language', models.CharField(choices=tiengmo.newsroom.languages.other_choices, max_length=12, verbose_name='ngôn ngữ')),
                ('bulletin', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='newsroom.bulletin')),
                ('sound', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='voices.sound', verbose_name='âm thanh')),
            ],
            options={
                'verbose_name': 'bản tiếng khác',
                'verbose_name_plural': 'các bản tiếng khác',
                'ordering': ['sort_order'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('bulletin', 'language'), name='one_edition_a_language', violation_error_message='Mỗi ngôn ngữ chỉ có một bản.')],
            },
        ),
    ]
